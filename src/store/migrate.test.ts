import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isOutdated, migrateSqlite } from "./migrate.ts";
import { sqliteOnly } from "../../test/store/engine.ts";
import { openStoreReadOnly } from "./open.ts";
import { listSenderParticipants } from "./statements/list-sender-participants.ts";

function entry(database: DatabaseSync, seq: number, said: { key: string; role?: string; channel: string; chat: string; sender: string; audience: string }): void {
  database
    .prepare(
      "insert into entries (session_id, seq, id, session_key, role, text, at, channel, account, chat, sender_id, sender_name, audience) values (?, ?, ?, ?, ?, 'x', ?, ?, 'default', ?, ?, 'Ann', ?)",
    )
    .run(said.key, seq, `e${seq}`, said.key, said.role ?? "user", seq * 10, said.channel, said.chat, said.sender, said.audience);
}

test("a store of before there were people is brought up to date when it is looked at, and knows who had spoken", sqliteOnly("no PostgreSQL has a schema from before there were people"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-migrate-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "state.sqlite");
  const database = new DatabaseSync(path);
  migrateSqlite(database, 1);
  const ann = { key: "agent:main:telegram:dm:42", channel: "telegram", chat: "42", sender: "42", audience: "peer:telegram:default:42" };
  const room = { key: "agent:main:telegram:group:-5", channel: "telegram", chat: "-5", sender: "42", audience: "chat:telegram:default:-5" };
  [ann, { ...ann, role: "assistant", sender: "main" }, ann, room].forEach((said, index) => entry(database, index + 1, said));
  assert.ok(isOutdated(database));
  database.close();

  const store = openStoreReadOnly(path);
  assert.ok(store);
  const rows = await store.all(listSenderParticipants, { channel: "telegram", sender_id: "42", limit: 10 });
  await store.close();
  const seen = rows.map(({ session_key, chat_kind, messages, first_at, last_at, sender_name }) => [session_key, chat_kind, messages, first_at, last_at, sender_name]);
  assert.deepEqual(seen, [
    [room.key, "group", 1, 40, 40, "Ann"],
    [ann.key, "dm", 2, 10, 30, "Ann"],
  ]);
});
