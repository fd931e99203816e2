import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { migrateSqlite } from "../../src/store/migrate.ts";

export interface Filling {
  readonly sessions: number;
  /** About how large the database becomes. */
  readonly bytes: number;
}

const TEXT_BYTES = 3_000;
/** What an entry takes with its rows in the inbox, in the turns and in the indexes. */
const ROW_BYTES = 5_300;

/** Words that compress about as well as people's do. */
function texts(): (number: number) => string {
  const pool = randomBytes(1 << 20).toString("base64");
  return (number) => `message ${number} ${pool.slice((number * 7_919) % (pool.length - TEXT_BYTES), ((number * 7_919) % (pool.length - TEXT_BYTES)) + TEXT_BYTES)}`;
}

const SENDER = "'webchat', 'default', 'operator', 'operator', 'owner'";

function statements(database: DatabaseSync) {
  return {
    session: database.prepare("insert into sessions (key, agent_id, session_id, chat_kind, channel, audience, created_at, updated_at, interaction_at) values (?, 'main', ?, 'dm', 'webchat', 'owner', 1, ?, ?)"),
    conversation: database.prepare("insert into conversations (session_id, key, began_at, began_reason, entry_seq, leaf_id, message_count) values (?, ?, 1, 'first', ?, ?, ?)"),
    entry: database.prepare(`insert into entries (session_id, seq, id, session_key, parent_id, turn_id, role, text, at, channel, account, chat, sender_id, audience) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ${SENDER})`),
    item: database.prepare(`insert into inbox (id, run_id, agent_id, session_key, state, turn_id, message_id, accepted_at, message, why, channel, account, chat, sender_id, audience) values (?, ?, 'main', ?, 'done', ?, ?, ?, ?, '{}', ${SENDER})`),
    turn: database.prepare(
      "insert into turns (id, run_id, session_key, session_id, agent_id, state, attempt, holder, fence, lease_until, started_at, ended_at, audience, channel, account, chat) values (?, ?, ?, ?, 'main', 'committed', 1, 'h', 1, 0, 1, 2, 'owner', 'webchat', 'default', 'operator')",
    ),
  };
}

/** A store as after years of use, made quickly: sessions with turns, each of a question and an answer. */
export function fillStore(path: string, { sessions, bytes }: Filling, say: (part: number) => void = () => undefined): void {
  const database = new DatabaseSync(path);
  database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -400000; pragma locking_mode = exclusive");
  migrateSqlite(database);
  const put = statements(database);
  const text = texts();
  const turns = Math.max(1, Math.round(bytes / ROW_BYTES / sessions / 2));
  let number = 0;
  for (let session = 0; session < sessions; session++) {
    const key = `agent:main:old-${session}`;
    const id = `s${session}`;
    database.exec("begin");
    put.session.run(key, id, 1_000 + session, 1_000 + session);
    for (let turn = 0; turn < turns; turn++) {
      const name = `${session}-${turn}`;
      put.turn.run(`t${name}`, `r${name}`, key, id);
      put.item.run(`i${name}`, `r${name}`, key, `t${name}`, `m${name}`, number, JSON.stringify({ text: text(number).slice(0, 600) }));
      put.entry.run(id, 2 * turn + 1, `e${name}-q`, key, turn === 0 ? null : `e${session}-${turn - 1}-a`, `t${name}`, "user", text(number++), number);
      put.entry.run(id, 2 * turn + 2, `e${name}-a`, key, `e${name}-q`, `t${name}`, "assistant", text(number++), number);
    }
    put.conversation.run(id, key, 2 * turns, `e${session}-${turns - 1}-a`, 2 * turns);
    database.exec("commit");
    if (session % 100 === 0) say(session / sessions);
  }
  database.exec("pragma locking_mode = normal");
  database.close();
}
