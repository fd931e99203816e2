/**
 * Nothing is forgotten in silence (law 6): whatever is said, reset, undone, forked, rewound, sorted anew, taken back, removed,
 * restored and imported, in whatever order, every entry is under a session that is there, or in the trash with a reason.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createIds } from "../../src/domain/ids.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import type { RoutingSource } from "../../src/routing/source.ts";
import { deleteSession, restoreSession } from "../../src/sessions/maintenance/index.ts";
import { unpackEntries } from "../../src/sessions/maintenance/pack.ts";
import { importOpenClaw, type FoundAgent } from "../../src/sessions/openclaw/index.ts";
import { beginAnew, fork, resume, rewind, undo } from "../../src/sessions/steps.ts";
import { listConversations } from "../../src/store/statements/list-conversations.ts";
import { listTrashParts } from "../../src/store/statements/list-trash-parts.ts";
import { openHouse, type House } from "../repartition/house.ts";

const RUNS = { numRuns: 60, seed: 20261122, endOnFailure: true } as const;

const apart: RoutingSource = { session: { dmScope: "per-channel-peer" }, agents: { list: [{ id: "main" }] } };
const together: RoutingSource = { session: { dmScope: "per-channel-peer", identityLinks: { Ann: ["telegram:1", "telegram:2"] } }, agents: { list: [{ id: "main" }] } };

type Do = "say" | "new" | "clear" | "undo" | "fork" | "rewind" | "resume" | "change" | "rollback" | "remove" | "restore" | "import";

const action = fc.record({
  do: fc.constantFrom<Do>("say", "say", "say", "say", "new", "clear", "undo", "undo", "fork", "rewind", "resume", "change", "rollback", "remove", "restore", "restore", "import"),
  sender: fc.constantFrom("1", "2", "3"),
  number: fc.nat({ max: 3 }),
});

type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** What an OpenClaw install has of the third person. */
function foreign(): FoundAgent {
  const lines = ["plum", "to plum"].map((content, index) => JSON.stringify({ role: index === 0 ? "user" : "assistant", content, timestamp: `2026-01-0${index + 1}T00:00:00Z` }));
  const sessionId = "0b0b0b0b-0000-4000-8000-000000000001";
  return {
    agentId: "main",
    rows: [{ agentId: "main", key: "agent:main:telegram:direct:3", entry: { sessionId, updatedAt: Date.parse("2026-01-02T00:00:00Z") }, at: "sessions.json" }],
    transcripts: [
      {
        ...{ agentId: "main", sessionId, key: null, at: `${sessionId}.jsonl`, putAway: null, leaf: null },
        async *lines() {
          for (const [index, text] of lines.entries()) yield { number: index + 1, text };
        },
      },
    ],
  };
}

const known = { mainKey: "main", defaultAgentId: "main", persons: new Map<string, string>(), audienceOf: (channel: string, account: string, peer: string) => `peer:${channel}:${account}:${peer}`, audienceOfPerson: (person: string) => `person:${person}` };

interface Life {
  readonly house: House;
  source: RoutingSource;
  changes: { readonly id: string; readonly from: RoutingSource; readonly to: RoutingSource }[];
  said: number;
  imported: boolean;
}

async function keyOf({ house }: Life, sender: string): Promise<string | null> {
  const rows = await house.rows(`select session_key from participants where sender_id = '${sender}' order by last_at desc limit 1`);
  return rows[0] === undefined ? null : String(rows[0]["session_key"]);
}

/** What cannot be done as things stand is refused by name, and changes nothing. */
async function orRefused<T>(work: Promise<T>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!isContinuoError(error) || !["STEP_UNKNOWN", "SESSION_NOT_FOUND", "SESSION_BUSY", "TRASH_UNKNOWN"].includes(error.code)) throw error;
  });
}

async function inSession(life: Life, { do: what, sender, number }: Action): Promise<void> {
  const { store, now } = life.house;
  const ids = createIds({ now });
  const key = await keyOf(life, sender);
  if (key === null) return;
  const step = (take: (tx: Parameters<Parameters<typeof store.transaction>[0]>[0]) => Promise<unknown>): Promise<void> => orRefused(store.transaction(take, key));
  switch (what) {
    case "new":
    case "clear":
      return step((tx) => beginAnew(tx, key, what, ids, now()));
    case "undo":
      return step((tx) => undo(tx, key, ids, now()));
    case "fork":
      return step((tx) => fork(tx, key, number === 0 ? {} : { throughSeq: number }, ids, now()));
    case "rewind":
      return step((tx) => rewind(tx, key, { questions: number + 1 }, ids, now()));
    case "resume": {
      const earlier = (await store.all(listConversations, { key, limit: 10 }))[number];
      return earlier === undefined ? undefined : step((tx) => resume(tx, key, earlier.session_id, ids, now()));
    }
    case "remove":
      return void (await orRefused(deleteSession(store, { now }, ids, key)));
    case "restore":
      return void (await orRefused(restoreSession(store, { now }, key)));
  }
}

async function inHouse(life: Life, { do: what }: Action): Promise<void> {
  const { house } = life;
  if (what === "change") {
    const to = life.source === apart ? together : apart;
    const { id } = await house.change(life.source, to);
    life.changes.push({ id, from: life.source, to });
    life.source = to;
  } else if (what === "rollback") {
    const last = life.changes.pop();
    if (last === undefined) return;
    await house.rollback(last.id, last.from, last.to);
    life.source = last.from;
  } else {
    await importOpenClaw({ store: house.store, clock: { now: house.now }, known, agents: [foreign()], troubles: [], dryRun: false, sent: { keep: async () => "not here", letGo: async () => undefined }, onProgress: () => undefined, onImported: () => undefined });
    life.imported = true;
  }
}

async function play(life: Life, act: Action): Promise<void> {
  if (act.do === "say") await life.house.say(life.source, { sender: act.sender, text: `word ${life.said++}` });
  else if (act.do === "change" || act.do === "rollback" || act.do === "import") await inHouse(life, act);
  else await inSession(life, act);
}

async function assertNothingForgotten({ house, said, imported }: Life): Promise<void> {
  const reachable = new Set((await house.rows("select e.text from entries e join conversations c on c.session_id = e.session_id join sessions s on s.key = c.key")).map(({ text }) => String(text)));
  for (const row of await house.rows("select id, reason, state from trash where state <> 'restored'")) {
    assert.ok(String(row["reason"]) !== "", "the trash says why");
    for (const part of await house.store.all(listTrashParts, { trash_id: String(row["id"]), kind: "entries", limit: 1_000 })) for (const { text } of unpackEntries(part.content)) reachable.add(text);
  }
  const words = [...Array.from({ length: said }, (_, index) => `word ${index}`), ...(imported ? ["plum"] : [])];
  assert.deepEqual(words.filter((word) => !reachable.has(word)), [], "said, and nowhere");
  const lost = await house.rows("select e.id from entries e left join conversations c on c.session_id = e.session_id where c.session_id is null");
  assert.deepEqual(lost, [], "an entry hangs in the air");
  const stray = await house.rows("select c.session_id from conversations c left join sessions s on s.key = c.key where s.key is null");
  assert.deepEqual(stray, [], "a conversation hangs in the air");
  const counts = await house.rows("select c.session_id, c.message_count, (select count(*) from entries e where e.session_id = c.session_id and e.role in ('user', 'assistant') and not exists (select 1 from asides a where a.entry_id = e.id)) as shown from conversations c");
  for (const { session_id, message_count, shown } of counts) assert.equal(Number(message_count), Number(shown), `the messages of ${String(session_id)} are counted`);
}

test("any sequence of what may happen to a session keeps every entry reachable, or in the trash with a reason", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 30 }), async (actions) => {
      const house = await openHouse();
      const life: Life = { house, source: apart, changes: [], said: 0, imported: false };
      try {
        for (const act of actions) {
          await play(life, act);
          await assertNothingForgotten(life);
        }
      } finally {
        await house.close();
      }
    }),
    RUNS,
  );
});
