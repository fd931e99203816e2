import assert from "node:assert/strict";
import { test } from "node:test";
import type { Executor } from "../store/store.ts";
import { createRecentEntries, ENTRY_OVERHEAD } from "./recent.ts";

/** A transcript of numbered rows that says how many it was asked to read. */
function transcript() {
  const rows = new Map<string, number>();
  const reads: number[] = [];
  const amends = { count: 0 };
  const row = (session_id: string, seq: number) => ({ session_id, seq, id: `${session_id}-${seq}`, text: `text ${seq}${"!".repeat(amends.count)}`, meta: null });
  const all = async (_: unknown, params: { session_id: string; after?: number; before?: number; limit: number }) => {
    const last = rows.get(params.session_id) ?? 0;
    const seqs = Array.from({ length: last }, (_unused, index) => index + 1).filter((seq) => seq < (params.before ?? Number.POSITIVE_INFINITY));
    const found = params.after === undefined ? seqs.slice(-params.limit).toReversed() : seqs.filter((seq) => seq > (params.after ?? 0)).slice(0, params.limit);
    reads.push(found.length);
    return found.map((seq) => row(params.session_id, seq));
  };
  const say = (sessionId: string, count: number): void => void rows.set(sessionId, (rows.get(sessionId) ?? 0) + count);
  return { store: { all, get: async () => ({ amends: amends.count }) } as unknown as Executor, reads, say, amends };
}

const seqs = (entries: readonly { readonly seq: number }[]) => entries.map(({ seq }) => seq);

test("a conversation is read once, and then only what was added to it", async () => {
  const { store, reads, say } = transcript();
  const recent = createRecentEntries(store, { entries: 5, chars: 100_000 });
  say("a", 3);
  assert.deepEqual(seqs(await recent.read("a")), [1, 2, 3]);
  say("a", 1);
  assert.deepEqual(seqs(await recent.read("a")), [1, 2, 3, 4]);
  say("a", 2);
  assert.deepEqual(seqs(await recent.read("a")), [2, 3, 4, 5, 6], "the oldest goes");
  assert.deepEqual(reads, [3, 1, 2]);
});

test("words that their sender changed are read anew, whichever process took the change in", async () => {
  const { store, reads, say, amends } = transcript();
  const recent = createRecentEntries(store, { entries: 5, chars: 100_000 });
  say("a", 2);
  await recent.read("a");
  amends.count = 1;
  assert.deepEqual((await recent.read("a")).map(({ text }) => text), ["text 1!", "text 2!"]);
  say("a", 1);
  await recent.read("a");
  assert.deepEqual(reads, [2, 2, 1]);
});

test("what grew by more than is kept is read afresh", async () => {
  const { store, say } = transcript();
  const recent = createRecentEntries(store, { entries: 3, chars: 100_000 });
  say("a", 1);
  await recent.read("a");
  say("a", 9);
  assert.deepEqual(seqs(await recent.read("a")), [8, 9, 10]);
});

test("an empty conversation is looked at again", async () => {
  const { store, say } = transcript();
  const recent = createRecentEntries(store, { entries: 3, chars: 100_000 });
  assert.deepEqual(await recent.read("a"), []);
  say("a", 1);
  assert.deepEqual(seqs(await recent.read("a")), [1]);
});

test("memory is bounded: the conversation read longest ago is forgotten first", async () => {
  const { store, reads, say } = transcript();
  const recent = createRecentEntries(store, { entries: 10, chars: ("text 1".length + ENTRY_OVERHEAD) * 5 });
  for (const id of ["a", "b"]) say(id, 2);
  await recent.read("a");
  await recent.read("b");
  await recent.read("a");
  say("c", 2);
  await recent.read("c");
  await recent.read("a");
  await recent.read("b");
  assert.deepEqual(reads, [2, 2, 0, 2, 0, 2], "b had to go, a had not");
});

test("of a conversation of very long entries, no more is read than may be kept", async () => {
  const { store, reads, say } = transcript();
  const recent = createRecentEntries(store, { entries: 400, chars: ENTRY_OVERHEAD * 60 });
  say("a", 300);
  const read = seqs(await recent.read("a"));
  assert.deepEqual([read[0], read.at(-1), read.length], [201, 300, 100]);
  assert.deepEqual(reads, [50, 50]);
});

test("what was read is forgotten when entries were given to other readers, also what was being read", async () => {
  const { store, reads, say } = transcript();
  const recent = createRecentEntries(store, { entries: 10, chars: 100_000 });
  say("a", 3);
  await recent.read("a");
  recent.forget();
  assert.deepEqual(seqs(await recent.read("a")), [1, 2, 3]);
  recent.forget();
  const reading = recent.read("a");
  recent.forget();
  await reading;
  await recent.read("a");
  assert.deepEqual(reads, [3, 3, 3, 3], "all of it, each time");
});
