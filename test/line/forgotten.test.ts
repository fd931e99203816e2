import assert from "node:assert/strict";
import { test } from "node:test";
import { findConversation } from "../../src/store/statements/find-conversation.ts";
import { describeSession } from "../../src/store/statements/describe-session.ts";
import { rowsIn, tamperIn } from "../store/database.ts";
import { message, openTo, startHarness, type Harness } from "./harness.ts";

const MINUTE = 60_000;
const DM = "agent:main:telegram:dm:42";
const config = { ...openTo("telegram"), session: { reset: { mode: "daily" as const, atHour: 4, idleMinutes: 600 } } };
/** A local noon: hours can pass before the next four o'clock. */
const NOON = new Date(2027, 0, 15, 12).getTime();

interface Talk {
  readonly h: Harness;
  say(text: string): Promise<void>;
  /** Minutes go by. */
  pass(minutes: number): void;
}

async function talk(work: (talk: Talk) => Promise<void>): Promise<void> {
  let now = NOON;
  const h = await startHarness({ config, clock: { now: () => now } });
  try {
    await work({
      h,
      pass: (minutes) => void (now += minutes * MINUTE),
      async say(text) {
        now += 1_000;
        await h.receive(message(text));
        await h.settled();
      },
    });
  } finally {
    await h.close();
  }
}

async function current(h: Harness) {
  const session = await h.store.get(describeSession, { key: DM });
  const conversation = session && (await h.store.get(findConversation, { session_id: session.session_id }));
  assert.ok(session && conversation);
  return { id: session.session_id, session, conversation };
}

const lastSaid = (h: Harness): string => h.channel("telegram").sent.at(-1)?.part.text ?? "";
const said = async (h: Harness): Promise<string[]> => (await h.texts(DM)).filter((line) => line.startsWith("user: "));

interface Cause {
  readonly name: string;
  readonly does: (talk: Talk) => Promise<void>;
  /** Why the new id is current, as the ledger and the conversation tell it. */
  readonly reason: string;
  readonly told: RegExp;
  /** What the person sees after the change. */
  readonly shown: readonly string[];
}

/** Nobody writes for long enough, but for a turn of their own just before, where that is wanted. */
const CAUSES: readonly Cause[] = [
  { name: "/new", does: ({ say }) => say("/new"), reason: "new", told: /New session started.*kept/, shown: [] },
  { name: "/reset", does: ({ say }) => say("/reset"), reason: "reset", told: /New session started.*kept/, shown: [] },
  { name: "/new with a first message", does: ({ say }) => say("/new apple"), reason: "new", told: /started with \/new.*kept[^]*echo: apple/, shown: ["user: apple"] },
  { name: "/clear", does: ({ say }) => say("/clear"), reason: "clear", told: /kept|\/undo/, shown: [] },
  { name: "/fork", does: ({ say }) => say("/fork"), reason: "forked", told: /copy/i, shown: ["user: plum", "user: pear"] },
  {
    name: "the day's end",
    does: async ({ say, pass }) => {
      pass(9 * 60);
      await say("still up");
      pass(8 * 60);
      await say("apple");
    },
    reason: "daily",
    told: /daily reset has passed[^]*echo: apple/,
    shown: ["user: apple"],
  },
  {
    name: "a long silence",
    does: async ({ say, pass }) => {
      pass(600);
      await say("apple");
    },
    reason: "idle",
    told: /idle for longer than its limit[^]*echo: apple/,
    shown: ["user: apple"],
  },
];

for (const { name, does, reason, told, shown } of CAUSES) {
  test(`P26 ${name}: the new id has its reason, its person is told, and /undo brings back what was said`, () =>
    talk(async (it) => {
      const { h, say } = it;
      await say("plum");
      await say("pear");
      const before = await current(h);
      await does(it);
      const after = await current(h);
      assert.notEqual(after.id, before.id);
      assert.equal(after.conversation.began_reason, reason);
      const events = await rowsIn<{ data: string }>(h.directory, "select data from events where kind in ('session.began', 'session.forked')");
      assert.ok(events.some(({ data }) => (JSON.parse(data) as { sessionId: string }).sessionId === after.id), "it stands in the ledger");
      const [step] = await rowsIn<{ kind: string; from_session: string }>(h.directory, `select kind, from_session from steps where to_session = '${after.id}'`);
      assert.deepEqual({ ...step }, { kind: reason, from_session: before.id });
      assert.match(lastSaid(h), told);
      assert.deepEqual(await said(h), shown);

      await say("/undo");
      assert.equal((await current(h)).id, before.id);
      assert.deepEqual((await said(h)).slice(0, 2), ["user: plum", "user: pear"]);
      await say("and on");
      assert.equal((await current(h)).id, before.id, "and it stays: being brought back is what it was last used for");
      assert.ok(h.requests.at(-1)?.messages.some(({ text }) => text === "plum"));
    }));
}

test("P26 going back to an earlier one is a step as well: told, recorded, taken back", () =>
  talk(async ({ h, say }) => {
    await say("plum");
    await say("/new apple");
    const before = await current(h);
    await say("/sessions plum");
    const after = await current(h);
    assert.deepEqual([after.id === before.id, await said(h)], [false, ["user: plum"]]);
    const [event] = await rowsIn<{ data: string }>(h.directory, "select data from events where kind = 'session.resumed'");
    assert.deepEqual(JSON.parse(event?.data ?? "{}"), { sessionId: after.id, from: before.id, undo: false });
    assert.match(lastSaid(h), /plum/);
    await say("/undo");
    assert.equal((await current(h)).id, before.id);
  }));

test("P26 a change of who shares is recorded in words, and rollback brings back what was there", () =>
  talk(async ({ h, say }) => {
    await say("plum");
    const before = await current(h);
    const edits = [{ path: ["session", "dmScope"], value: "main" }] as const;
    await h.changes.apply({ kind: "edits", edits }, { approve: true });
    await h.settled();
    const moved = await h.store.get(describeSession, { key: "agent:main:main" });
    assert.ok(moved, "what was said is where its speaker belongs now");
    const lines = await h.texts("agent:main:main");
    assert.ok(lines.includes("user: plum"));
    const [change] = await h.changes.list();
    assert.deepEqual([change?.cause, change?.state, change?.words !== ""], ["config", "applied", true]);
    await h.changes.rollback(change?.id ?? "", { approve: true });
    const back = await current(h);
    assert.deepEqual([back.id, await said(h)], [before.id, ["user: plum"]]);
  }));

test("P26 asking how things stand ends nothing: only what is said does, however late the command", () =>
  talk(async ({ h, say, pass }) => {
    await say("plum");
    const before = await current(h);
    pass(3 * 24 * 60);
    for (const command of ["/sessions", "/queue", "/undo", "/why"]) await say(command);
    const late = await current(h);
    assert.equal(late.id, before.id);
    assert.equal(late.session.interaction_at, before.session.interaction_at, "nor does it keep the conversation fresh");
    await say("apple");
    assert.notEqual((await current(h)).id, before.id);
  }));

test("P26 whoever's conversation ended is told, also when the answer is stopped or the day's limit keeps it from being given", async () => {
  let now = NOON;
  const limited = { ...config, limits: { perPerson: { turnsPerDay: 1 } } };
  const h = await startHarness({ config: limited, clock: { now: () => now } });
  await h.receive(message("plum"));
  await h.settled();
  now += 601 * MINUTE;
  await h.receive(message("apple"));
  await h.settled();
  assert.match(lastSaid(h), /idle for longer[^]*used up/);
  await h.close();
});

const CHOSEN = { model_override: "test/echo", label: "Plans", queue: '{"mode":"followup"}', choices: '{"thinking":"high","activation":"always","verbose":"on","send":"allow","usage":"tokens"}', pinned_at: 5 };

for (const [name, minutes, words] of [["a long silence", 600, "hello"], ["the day's end", 17 * 60, "hello"], ["/new", 0, "/new hello"], ["/reset", 0, "/reset hello"], ["/clear", 0, "/clear"]] as const) {
  test(`A14 ${name} keeps what its person chose: model, thinking, activation, queue, label, route, pin`, () =>
    talk(async ({ h, say, pass }) => {
      await say("plum");
      const sets = Object.entries(CHOSEN).map(([column, value]) => `${column} = '${value}'`).join(", ");
      await tamperIn(h.directory, `update sessions set ${sets} where key = '${DM}'`);
      const before = await current(h);
      pass(minutes);
      await say(words);
      const after = await current(h);
      assert.notEqual(after.id, before.id);
      const kept = Object.keys(CHOSEN).map((column) => after.session[column as keyof typeof CHOSEN]);
      assert.deepEqual(kept, Object.values(CHOSEN));
      assert.deepEqual([after.session.last_route, after.session.audience, after.session.created_at], [before.session.last_route, before.session.audience, before.session.created_at]);
      assert.deepEqual([after.conversation.usage, after.conversation.compactions].slice(1), [0], "what was counted is counted anew");
    }));
}
