import assert from "node:assert/strict";
import type { House } from "./house.ts";

const placeOf = (row: Record<string, unknown>): string => JSON.stringify([row.session_key, row.channel, row.account, row.chat, row.thread, row.sender_id]);

/** What holds of every store at rest, whatever was changed: nothing hangs in the air, everything is counted. */
export async function assertSound(house: House): Promise<void> {
  const conversations = await house.rows("select * from conversations");
  const sessions = await house.rows("select * from sessions");
  const entries = await house.rows("select * from entries order by session_id, seq");
  const byConversation = Map.groupBy(entries, ({ session_id }) => session_id);
  for (const [sessionId] of byConversation) assert.ok(conversations.some(({ session_id }) => session_id === sessionId), `the conversation ${String(sessionId)} is there`);
  for (const conversation of conversations) {
    const own = byConversation.get(conversation.session_id) ?? [];
    assert.deepEqual(own.map(({ seq }) => seq), own.map((_, index) => index + 1), "positions from 1 without a gap");
    assert.deepEqual(own.map(({ parent_id }) => parent_id), own.map((_, index) => own[index - 1]?.id ?? null), "each follows the one before it");
    assert.equal(conversation.entry_seq, own.length);
    assert.equal(conversation.leaf_id, own.at(-1)?.id ?? null);
    assert.equal(conversation.message_count, own.filter(({ role }) => role === "user" || role === "assistant").length);
    assert.ok(own.every(({ session_key }) => session_key === conversation.key), "an entry is under its conversation's key");
    const session = sessions.find(({ key }) => key === conversation.key);
    assert.ok(session, `there is a session ${String(conversation.key)}`);
    assert.equal(conversation.ended_at === null, session.session_id === conversation.session_id, "what is current has not ended");
  }
  for (const session of sessions) assert.ok(conversations.some(({ session_id }) => session_id === session.session_id), `${String(session.key)} has a current conversation`);
  const said = Map.groupBy(entries.filter(({ role }) => role === "user"), (row) => placeOf(row));
  const counted = (await house.rows("select * from participants")).map((row) => [placeOf(row), row.messages]);
  assert.deepEqual(Object.fromEntries(counted), Object.fromEntries([...said].map(([key, rows]) => [key, rows.length])), "everybody is counted where their words are");
}

/** Old keys lead to sessions, and are none themselves; true until somebody begins a session under one anew. */
export async function assertAliases(house: House): Promise<void> {
  const keys = new Set((await house.rows("select key from sessions")).map(({ key }) => key));
  for (const { from_key, to_key } of await house.rows("select * from key_aliases")) assert.deepEqual([keys.has(from_key), keys.has(to_key)], [false, true], `${String(from_key)} -> ${String(to_key)}`);
}

/** Every question and answer, by id: what no change may lose, double or alter. */
export async function wordsOf(house: House): Promise<Record<string, string>> {
  const said = await house.rows("select id, role, text, at, channel, account, chat, sender_id, turn_id from entries where not (role = 'system' and sender_id = 'continuo')");
  const words = Object.fromEntries(said.map(({ id, ...rest }) => [String(id), JSON.stringify(rest)]));
  assert.equal(Object.keys(words).length, said.length, "no entry is there twice");
  return words;
}
