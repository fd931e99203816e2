import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { createIds } from "../domain/ids.ts";
import { removeStateDir, storeIn } from "../../test/store/database.ts";
import type { Executor, Store } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import { insertConversation } from "../store/statements/insert-conversation.ts";
import { insertSession } from "../store/statements/insert-session.ts";
import { listConversations } from "../store/statements/list-conversations.ts";
import { pageAllEntries } from "../store/statements/page-all-entries.ts";
import { entry } from "./mirror/fixture.ts";
import { beginAnew, fork, resume, rewind, undo } from "./steps.ts";
import { appendEntries, readLatest } from "./transcript.ts";

const KEY = "agent:main:main";

interface Talk {
  readonly store: Store;
  say(...texts: string[]): Promise<void>;
  shown(): Promise<string[]>;
  current(): Promise<string>;
  step<T>(work: (tx: Executor, ids: ReturnType<typeof createIds>, now: number) => Promise<T>): Promise<T>;
}

/** A session with an empty conversation, in a store of its own. */
async function withTalk(work: (talk: Talk) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "continuo-steps-"));
  const store = await storeIn(directory);
  let now = 1_000;
  const clock = { now: () => now++ };
  const ids = createIds(clock);
  const current = async (): Promise<string> => (await store.get(findSession, { key: KEY }))?.session_id ?? "";
  try {
    await store.transaction(async (tx) => {
      const sessionId = ids.uuid();
      const times = { created_at: now, updated_at: now, interaction_at: now };
      await tx.run(insertSession, { key: KEY, agent_id: "main", session_id: sessionId, chat_kind: "dm", channel: "webchat", display_name: null, audience: "owner", last_route: null, dock: null, ...times });
      await tx.run(insertConversation, { session_id: sessionId, key: KEY, began_at: now, began_reason: "first-message" });
    });
    await work({
      store,
      current,
      step: (doing) => store.transaction((tx) => doing(tx, ids, clock.now()), KEY),
      async say(...texts) {
        for (const text of texts) {
          const both = [entry(1, { text }), entry(2, { text: `to ${text}` })];
          await store.transaction(async (tx) => void (await appendEntries(tx, { key: KEY, sessionId: await current() }, both, ids)), KEY);
        }
      },
      shown: async () => (await readLatest(store, await current(), 1_000)).filter(({ role }) => role === "user").map(({ text }) => text),
    });
  } finally {
    await removeStateDir(directory);
  }
}

test("P26 a new conversation, whatever it is called, is taken back with all that was said before it", async () => {
  for (const kind of ["new", "reset", "clear"] as const) {
    await withTalk(async ({ say, shown, step, current }) => {
      await say("plum");
      const before = await current();
      const began = await step((tx, ids, now) => beginAnew(tx, KEY, kind, ids, now));
      assert.deepEqual([began.kind, began.from, began.messages], [kind, before, 0]);
      assert.deepEqual(await shown(), []);
      const again = await step((tx, ids, now) => beginAnew(tx, KEY, kind, ids, now));
      assert.equal(again.to, began.to, "an empty conversation is a new one already");
      const undone = await step((tx, ids, now) => undo(tx, KEY, ids, now));
      assert.deepEqual([undone?.undid, undone?.to, undone?.messages], [kind, before, 2]);
      assert.deepEqual(await shown(), ["plum"]);
      assert.equal(await step((tx, ids, now) => undo(tx, KEY, ids, now)), null);
    });
  }
});

test("undo goes back step by step; what was said in between stays in the list", async () => {
  await withTalk(async ({ store, say, shown, step }) => {
    await say("one");
    await step((tx, ids, now) => beginAnew(tx, KEY, "new", ids, now));
    await say("two");
    await step((tx, ids, now) => beginAnew(tx, KEY, "reset", ids, now));
    await say("three");
    await step((tx, ids, now) => undo(tx, KEY, ids, now));
    assert.deepEqual(await shown(), ["two"]);
    await step((tx, ids, now) => undo(tx, KEY, ids, now));
    assert.deepEqual(await shown(), ["one"]);
    const kept = await store.all(listConversations, { key: KEY, limit: 10 });
    assert.deepEqual(kept.map(({ preview, ended_at }) => [preview, ended_at === null]).toSorted(), [["one", true], ["three", false], ["two", false]]);
  });
});

test("a rewind takes the last questions with their answers off the path, for models and readers; undo brings them back", async () => {
  await withTalk(async ({ store, say, shown, step, current }) => {
    await say("a", "b", "c");
    const rewound = await step((tx, ids, now) => rewind(tx, KEY, { questions: 2 }, ids, now));
    assert.deepEqual([rewound.from === rewound.to, rewound.moved, rewound.messages], [true, 4, 2]);
    assert.deepEqual(await shown(), ["a"]);
    await say("d");
    assert.deepEqual(await shown(), ["a", "d"]);
    const path = await readLatest(store, await current(), 10);
    assert.deepEqual(path.map(({ parentId }, index) => parentId === (path[index - 1]?.id ?? null)), path.map(() => true), "each follows the one before it");
    const undone = await step((tx, ids, now) => undo(tx, KEY, ids, now));
    assert.deepEqual([undone?.undid, undone?.messages], ["rewound", 6]);
    assert.deepEqual(await shown(), ["a", "b", "c"]);
    await say("e");
    assert.deepEqual(await shown(), ["a", "b", "c", "e"]);
    await assert.rejects(step((tx, ids, now) => rewind(tx, KEY, { questions: 9 }, ids, now)), { code: "STEP_UNKNOWN" });
  });
});

test("a fork goes on in a copy, to wherever one likes; neither changes the other", async () => {
  await withTalk(async ({ say, shown, step, current }) => {
    await say("a", "b");
    const original = await current();
    const forked = await step((tx, ids, now) => fork(tx, KEY, { throughSeq: 2 }, ids, now));
    assert.equal(forked.messages, 2);
    assert.deepEqual(await shown(), ["a"]);
    await say("c");
    assert.deepEqual(await shown(), ["a", "c"]);
    await step((tx, ids, now) => fork(tx, KEY, {}, ids, now));
    await say("d");
    assert.deepEqual(await shown(), ["a", "c", "d"], "a fork of a fork");
    await step((tx, ids, now) => resume(tx, KEY, original, ids, now));
    assert.deepEqual(await shown(), ["a", "b"]);
    await step((tx, ids, now) => undo(tx, KEY, ids, now));
    assert.deepEqual(await shown(), ["a", "c", "d"]);
  });
});

test("an unknown conversation is not resumed, and what is running is not cut away", async () => {
  await withTalk(async ({ say, step }) => {
    await say("a");
    await assert.rejects(step((tx, ids, now) => resume(tx, KEY, "nobody", ids, now)), { code: "SESSION_NOT_FOUND" });
    await assert.rejects(step((tx, ids, now) => beginAnew(tx, "agent:main:nobody", "new", ids, now)), { code: "SESSION_NOT_FOUND" });
  });
});

/** The same in memory: conversations as lists, and a stack of what led to each. */
class Model {
  conversations: string[][] = [[]];
  current = 0;
  steps: { to: number; undo: (model: Model) => void }[] = [];

  say(text: string): void {
    this.conversations[this.current]?.push(text);
  }

  private moveTo(to: number): void {
    const from = this.current;
    this.current = to;
    this.steps.push({ to, undo: (model) => void (model.current = from) });
  }

  begin(): void {
    if (this.conversations[this.current]?.length === 0 && !this.touched.has(this.current)) return;
    this.conversations.push([]);
    this.moveTo(this.conversations.length - 1);
  }

  /** Something was said there once, though it may be set aside. */
  touched = new Set<number>();

  fork(): boolean {
    const said = this.conversations[this.current] ?? [];
    if (said.length === 0) return false;
    this.conversations.push([...said]);
    this.moveTo(this.conversations.length - 1);
    this.touched.add(this.current);
    return true;
  }

  rewind(questions: number): boolean {
    const said = this.conversations[this.current] ?? [];
    if (said.length < questions) return false;
    const [index, kept] = [this.current, said.length - questions];
    const gone = said.slice(kept);
    this.conversations[index] = said.slice(0, kept);
    this.steps.push({ to: index, undo: (model) => void (model.conversations[index] = [...(model.conversations[index] ?? []).slice(0, kept), ...gone]) });
    return true;
  }

  undo(): boolean {
    const at = this.steps.findLastIndex(({ to }) => to === this.current);
    const [step] = at === -1 ? [] : this.steps.splice(at, 1);
    step?.undo(this);
    return step !== undefined;
  }
}

type Action = { readonly do: "say" | "begin" | "fork" | "undo" | "rewind"; readonly questions: number };

const action: fc.Arbitrary<Action> = fc.record({ do: fc.constantFrom("say", "say", "say", "begin", "fork", "undo", "undo", "rewind"), questions: fc.integer({ min: 1, max: 3 }) });

test("any sequence of turns, new conversations, forks, rewinds and undos shows what a list in memory would, and loses no entry", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
      await withTalk(async ({ store, say, shown, step, current }) => {
        const model = new Model();
        let said = 0;
        for (const act of actions) {
          if (act.do === "say") {
            await say(`${said}`);
            model.say(`${said++}`);
            model.touched.add(model.current);
          } else if (act.do === "begin") {
            model.begin();
            await step((tx, ids, now) => beginAnew(tx, KEY, "new", ids, now));
          } else if (act.do === "undo") {
            const undone = await step((tx, ids, now) => undo(tx, KEY, ids, now));
            assert.equal(undone !== null, model.undo());
          } else {
            const doing = act.do === "fork" ? model.fork() : model.rewind(act.questions);
            const done = step(async (tx, ids, now) => (act.do === "fork" ? fork(tx, KEY, {}, ids, now) : rewind(tx, KEY, { questions: act.questions }, ids, now)));
            if (doing) await done;
            else await assert.rejects(done, { code: "STEP_UNKNOWN" });
          }
          assert.deepEqual(await shown(), model.conversations[model.current]);
          const sessionId = await current();
          const counted = (await store.all(listConversations, { key: KEY, limit: 100 })).find((row) => row.session_id === sessionId);
          assert.equal(counted?.message_count, 2 * (await shown()).length);
        }
        const texts = new Set<string>();
        for (const { session_id } of await store.all(listConversations, { key: KEY, limit: 100 })) {
          for (const row of await store.all(pageAllEntries, { session_id, after: 0, limit: 1_000 })) texts.add(row.text);
        }
        for (let number = 0; number < said; number++) assert.ok(texts.has(`${number}`), `${number} is nowhere`);
      });
    }),
    { numRuns: 40 },
  );
});
