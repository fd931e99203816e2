/**
 * History follows its people (law 7), for any people, messages and pairs of settings: on a real store, from what was
 * said to what is there afterwards, without the code that decides in between.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRouting } from "../../src/routing/compile.ts";
import { resolveRoute } from "../../src/routing/resolve.ts";
import type { RoutingSource } from "../../src/routing/source.ts";
import { messageOf, openHouse, type House, type Spoken } from "../repartition/house.ts";
import { assertAliases, assertSound, wordsOf } from "../repartition/sound.ts";

const RUNS = { numRuns: 120, seed: 20261121, endOnFailure: true } as const;

const spoken: fc.Arbitrary<Spoken> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      channel: fc.constantFrom("telegram", "discord"),
      account: fc.constantFrom("default", "default", "work"),
      sender: fc.constantFrom("1", "2", "3"),
      anew: fc.constantFrom(false, false, false, true),
      thread: fc.constantFrom(null, null, null, "7"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ channel: fc.constantFrom("telegram", "discord"), sender: fc.constantFrom("1", "2"), kind: fc.constant("group" as const), chat: fc.constantFrom("-5", "-6") }) },
  { weight: 1, arbitrary: fc.record({ channel: fc.constant("webchat"), sender: fc.constant("operator") }) },
);

const settings: fc.Arbitrary<RoutingSource> = fc.record({
  session: fc.record({
    scope: fc.constantFrom("per-sender" as const, "per-sender" as const, "per-sender" as const, "global" as const),
    dmScope: fc.constantFrom(undefined, "auto" as const, "main" as const, "per-peer" as const, "per-channel-peer" as const, "per-account-channel-peer" as const),
    groupScope: fc.constantFrom(undefined, undefined, "main" as const),
    mainKey: fc.constantFrom(undefined, undefined, "home"),
    owner: fc.constantFrom<string | undefined>(undefined, "telegram:1", "Ann"),
    identityLinks: fc.constantFrom<Record<string, string[]>>({}, { Ann: ["telegram:1", "discord:2"] }, { Ann: ["telegram:1"], Bob: ["discord:1", "telegram:2"] }),
  }),
  agents: fc.constant({ list: [{ id: "main" }, { id: "b" }] }),
  bindings: fc.constantFrom<NonNullable<RoutingSource["bindings"]>>([], [], [{ agentId: "b", match: { channel: "discord" } }], [{ agentId: "b", match: { channel: "telegram", accountId: "*" }, session: { dmScope: "per-peer" } }]),
});

const scene = fc.record({ before: settings, after: settings, said: fc.array(spoken, { minLength: 1, maxLength: 14 }), later: fc.array(spoken, { maxLength: 6 }) });
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

const named = (said: readonly Spoken[], prefix: string): Spoken[] => said.map((one, index) => ({ ...one, text: `${prefix}${index}` }));

async function inHouse(work: (house: House) => Promise<void>): Promise<void> {
  const house = await openHouse();
  try {
    await work(house);
  } finally {
    await house.close();
  }
}

function keyOf(source: RoutingSource, one: Spoken): string {
  return resolveRoute(compileRouting(source), messageOf(one)).sessionKey;
}

async function keysByText(house: House): Promise<Map<string, string>> {
  return new Map((await house.rows("select text, session_key from entries where role in ('user', 'assistant')")).map(({ text, session_key }) => [String(text), String(session_key)]));
}

/** Questions and their answers are where routing says, each of them. */
async function assertAt(house: House, said: readonly Spoken[], keyFor: (one: Spoken) => string | readonly string[]): Promise<void> {
  const keys = await keysByText(house);
  for (const one of said) {
    for (const text of [one.text ?? "", `to ${one.text}`]) assert.ok([keyFor(one)].flat().includes(keys.get(text) ?? "nowhere"), `${text} is in ${keys.get(text)}, not in ${[keyFor(one)].flat().join(" or ")}`);
  }
}

const across = (work: (house: House, scene: Scene & { readonly said: Spoken[]; readonly later: Spoken[] }) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(scene, (drawn) =>
      inHouse(async (house) => {
        const said = named(drawn.said, "s");
        for (const one of said) await house.say(drawn.before, one);
        await work(house, { ...drawn, said, later: named(drawn.later, "l") });
      }),
    ),
    RUNS,
  );

test("P20 for any change, every word is afterwards in the session that its sender's next message goes to, once", () =>
  across(async (house, { before, after, said }) => {
    await assertSound(house);
    const words = await wordsOf(house);
    await house.change(before, after);
    await assertSound(house);
    await assertAliases(house);
    assert.deepEqual(await wordsOf(house), words);
    await assertAt(house, said, (one) => keyOf(after, one));
  }));

test("P20 for any change, taking it back leaves every row as it was", () =>
  across(async (house, { before, after }) => {
    const dumped = await house.dump();
    const { id } = await house.change(before, after);
    await house.rollback(id, before, after);
    assert.deepEqual(await house.dump(), dumped);
  }));

test("P20 for any change, what is said between it and its taking back is kept, where its sender goes on", () =>
  across(async (house, { before, after, said, later }) => {
    const { id } = await house.change(before, after);
    for (const one of later) await house.say(after, one);
    await assertSound(house);
    const words = await wordsOf(house);
    await house.rollback(id, before, after);
    await assertSound(house);
    assert.deepEqual(await wordsOf(house), words);
    await assertAt(house, said, (one) => keyOf(before, one));
    await assertAt(house, later, (one) => keyOf(before, one));
  }));

test("P20 for any change, two in a row and both taken back leave every row as it was", () =>
  fc.assert(
    fc.asyncProperty(scene, settings, (drawn, third) =>
      inHouse(async (house) => {
        for (const one of named(drawn.said, "s")) await house.say(drawn.before, one);
        const dumped = await house.dump();
        const one = await house.change(drawn.before, drawn.after);
        const between = await house.dump();
        const two = await house.change(drawn.after, third);
        await assertSound(house);
        await assertAliases(house);
        await assert.rejects(house.rollback(one.id, drawn.before, drawn.after), { code: "CHANGE_NOT_LATEST" });
        await house.rollback(two.id, drawn.after, third);
        assert.deepEqual(await house.dump(), between);
        await house.rollback(one.id, drawn.before, drawn.after);
        assert.deepEqual(await house.dump(), dumped);
      }),
    ),
    { ...RUNS, numRuns: 60 },
  ));

test("P1 under a scope that isolates, nobody's words end in a session of somebody else's, whatever there was before", () =>
  across(async (house, { before, said }) => {
    const after: RoutingSource = { session: { dmScope: "per-account-channel-peer" } };
    await house.change(before, after);
    const speakers = await house.rows("select session_key, channel, account, sender_id, chat from entries where role = 'user' and channel != 'webchat' and audience not like 'chat:%'");
    for (const [key, rows] of Map.groupBy(speakers, ({ session_key }) => session_key)) {
      assert.equal(new Set(rows.map((row) => JSON.stringify([row.channel, row.account, row.sender_id]))).size, 1, `${String(key)} holds the words of several`);
    }
    assert.ok(said.length > 0);
  }));
