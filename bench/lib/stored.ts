/** A state that has grown for years, written in a moment: by the engine itself, past the gateway. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { statePaths } from "../../src/main/state-paths.ts";
import { openStore } from "../../src/store/open.ts";

export interface Amount {
  readonly sessions: number;
  /** Messages in each of them. */
  readonly entriesEach: number;
  /** Bytes of a session's own row, beyond what it needs. */
  readonly metadataBytes?: number;
  /** Messages of one more session, `LONG_KEY`. */
  readonly longEntries?: number;
  /** Replies that wait for one chat of a channel that is not there. */
  readonly owed?: number;
}

export const LONG_KEY = "agent:main:long";

/** The key of one of the sessions. */
export function storedKey(index: number): string {
  return `agent:main:dm:u${String(index).padStart(7, "0")}`;
}

const SAID = "What I asked you to remember is the name of the street where we met, and the year in which that was.";
/** 1 January 2026. */
const FIRST_AT = 1_767_225_600_000;

const KEY = "'agent:main:dm:u' || printf('%07d', i)";
const SESSION_ID = "printf('%08x', i) || '-0000-4000-8000-000000000000'";
const USER = "'u' || printf('%07d', i)";
const MANY = "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < $count)";

function fillSessions(database: DatabaseSync, { sessions, entriesEach, metadataBytes = 0 }: Amount): void {
  const run = (sql: string, values: Record<string, number | string> = {}): void => void database.prepare(sql).run({ count: sessions, ...values });
  const at = `${FIRST_AT} + i * 1000`;
  run(
    `${MANY} insert into sessions (key, agent_id, session_id, chat_kind, channel, display_name, audience, created_at, updated_at, interaction_at, model_last, last_route)
     select ${KEY}, 'main', ${SESSION_ID}, 'dm', 'telegram', 'Somebody number ' || i, ${KEY}, ${at}, ${at}, ${at}, 'mock/mock',
       '{"channel":"telegram","account":"default","chat":"' || i || '","thread":null,"note":"' || $padding || '"}' from n`,
    { padding: "x".repeat(metadataBytes) },
  );
  run(
    `${MANY} insert into conversations (session_id, key, began_at, began_reason, entry_seq, leaf_id, message_count, preview, usage)
     select ${SESSION_ID}, ${KEY}, ${at}, 'first-message', $each, ${SESSION_ID} || '-' || $each, $each, $said, '{"input":900,"output":40,"total":900}' from n`,
    { each: entriesEach, said: SAID },
  );
  run(
    `${MANY} insert into participants (session_key, channel, account, chat, thread_key, sender_id, sender_name, chat_kind, messages, first_at, last_at)
     select ${KEY}, 'telegram', 'default', ${USER}, '', ${USER}, 'Somebody number ' || i, 'dm', $each, ${at}, ${at} from n`,
    { each: entriesEach },
  );
  run(
    `${MANY} insert into turns (id, run_id, session_key, session_id, agent_id, state, attempt, holder, fence, lease_until, started_at, ended_at, audience, channel, account, chat)
     select 't' || i, 'r' || i, ${KEY}, ${SESSION_ID}, 'main', 'committed', 1, 'gone', 1, 0, ${at}, ${at}, ${KEY}, 'telegram', 'default', ${USER} from n`,
  );
  run(
    `${MANY} insert into inbox (id, run_id, agent_id, session_key, state, turn_id, message_id, accepted_at, message, why, sender_id, audience, channel, account, chat)
     select 'i' || i, 'r' || i, 'main', ${KEY}, 'done', 't' || i, 'm' || i, ${at}, '{"message":{},"command":null,"shared":false,"pinned":false}', '{}', ${USER}, ${KEY}, 'telegram', 'default', ${USER} from n`,
  );
}

/** In the order of the primary key, the other index made afterwards: millions in a minute. */
function fillEntries(database: DatabaseSync, sessions: number, each: number): void {
  const index = database.prepare("select sql from sqlite_schema where name = 'entries_by_id'").get() as { sql: string } | undefined;
  if (index) database.exec("drop index entries_by_id");
  database
    .prepare(
      `${MANY}, e(seq) as (select 1 union all select seq + 1 from e where seq < $each)
       insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, audience)
       select ${SESSION_ID}, seq, ${SESSION_ID} || '-' || seq, ${KEY}, case seq % 2 when 1 then 'user' else 'assistant' end, $said, ${FIRST_AT} + i * 1000 + seq,
         'telegram', 'default', ${USER}, ${USER}, ${KEY} from n cross join e`,
    )
    .run({ count: sessions, each, said: SAID });
  if (index) database.exec(index.sql);
}

function fillLong(database: DatabaseSync, entries: number): void {
  const id = "long-0000-4000-8000-000000000000";
  const at = FIRST_AT + entries;
  const first = { key: LONG_KEY, id, at };
  database
    .prepare(
      `insert into sessions (key, agent_id, session_id, chat_kind, channel, audience, created_at, updated_at, interaction_at)
       values ($key, 'main', $id, 'dm', 'webchat', 'owner', $at, $at, $at)`,
    )
    .run(first);
  database
    .prepare(
      `insert into conversations (session_id, key, began_at, began_reason, entry_seq, leaf_id, message_count, preview)
       values ($id, $key, $at, 'first-message', $entries, $id || '-' || $entries, $entries, 'Hello')`,
    )
    .run({ ...first, entries });
  database
    .prepare(
      `with recursive e(seq) as (select 1 union all select seq + 1 from e where seq < $entries)
       insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, audience)
       select $id, seq, $id || '-' || seq, $key, case seq % 2 when 1 then 'user' else 'assistant' end, $said, $at + seq, 'webchat', 'default', 'operator', 'operator', 'owner' from e`,
    )
    .run({ ...first, entries, said: SAID });
}

function fillOwed(database: DatabaseSync, owed: number): void {
  database
    .prepare(
      `${MANY} insert into outbox (id, session_key, channel, account, chat, audience, text, state, due_at, created_at)
       select printf('%026d', i), 'agent:main:dm:gone', 'telegram', 'default', 'gone', 'owner', $said, 'pending', ${FIRST_AT}, ${FIRST_AT} from n`,
    )
    .run({ count: owed, said: SAID });
}

/** Writes a database into a state directory that has none. */
export async function fillState(stateDir: string, amount: Amount): Promise<void> {
  const path = statePaths(stateDir).database;
  mkdirSync(dirname(path), { recursive: true });
  await openStore(path).close();
  const database = new DatabaseSync(path);
  // Nothing of it is worth keeping if this is interrupted.
  database.exec("pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -200000; begin");
  fillSessions(database, amount);
  fillEntries(database, amount.sessions, amount.entriesEach);
  if (amount.longEntries !== undefined) fillLong(database, amount.longEntries);
  if (amount.owed !== undefined) fillOwed(database, amount.owed);
  database.exec("commit; pragma journal_mode = wal");
  database.close();
}
