import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { configSchema } from "../../src/config/schema.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createIds } from "../../src/domain/ids.ts";
import { createChanges } from "../../src/main/changes.ts";
import { compileSettings, settingsInForce } from "../../src/main/settings.ts";
import { createDirectory } from "../../src/people/index.ts";
import { removeStateDir, storeIn } from "../store/database.ts";
import { deleteConversation } from "../../src/store/statements/delete-conversation.ts";
import { listConversations } from "../../src/store/statements/list-conversations.ts";
import { pageSessions } from "../../src/store/statements/page-sessions.ts";
import { claimTurn } from "../../src/turns/claim.ts";
import type { TurnSettings } from "../../src/turns/turn-settings.ts";
import { hang, echo, message, openTo, operator, startHarness, type Answer, type Harness, type HarnessOptions, until } from "./harness.ts";

const PER_PEER = { ...openTo("telegram"), session: { dmScope: "per-channel-peer" } } as NonNullable<HarnessOptions["config"]>;

/** A house that answers until it is told to hang. */
async function interrupted(directory: { path?: string }): Promise<{ house: Harness; hangs: { yes: boolean } }> {
  const hangs = { yes: false };
  const answer: Answer = (request, signal) => (hangs.yes ? hang() : echo(request, signal));
  const house = await startHarness({ config: PER_PEER, answers: { echo: answer }, ...(directory.path === undefined ? {} : { directory: directory.path }) });
  return { house, hangs };
}

const edits = (scope: string) => ({ kind: "edits", edits: [{ path: ["session", "dmScope"], value: scope }] }) as const;

for (const scope of ["main", "per-account-channel-peer"]) {
  test(`P14 a turn that a killed gateway left goes on where its question went, with scope ${scope}`, async () => {
    const { house, hangs } = await interrupted({});
    await house.receive(message("one", { sender: "1" }));
    await house.receive(message("uno", { sender: "2" }));
    await house.settled();
    hangs.yes = true;
    await house.receive(message("two", { sender: "1" }));
    await until("it is asked", () => house.requests.length === 3);
    await house.kill();

    const second = await resting(house.directory);
    await second.apply(scope);
    await second.close();

    const after = await startHarness({ directory: house.directory, config: { ...PER_PEER, session: { dmScope: scope } } as NonNullable<HarnessOptions["config"]> });
    await after.settled();
    await after.receive(message("three", { sender: "1" }));
    await after.settled();
    const key = scope === "main" ? "agent:main:main" : "agent:main:telegram:default:dm:1";
    const texts = await after.texts(key);
    const own = texts.filter((text) => !text.includes("uno") && !text.startsWith("system"));
    assert.deepEqual(own, ["user: one", "assistant: echo: one", "user: two", "assistant: echo: two", "user: three", "assistant: echo: three"]);
    assert.equal(after.requests[0]?.messages.at(-1)?.text, "two", "it is asked last");
    await after.close();
  });
}

test("P14 a turn that nobody runs comes back with its change, and its answer that came since", async () => {
  for (const answered of [false, true]) {
    const { house, hangs } = await interrupted({});
    await house.receive(message("one", { sender: "1" }));
    await house.receive(message("uno", { sender: "2" }));
    await house.settled();
    hangs.yes = true;
    await house.receive(message("two", { sender: "1" }));
    await until("it is asked", () => house.requests.length === 3);
    await house.kill();
    const second = await resting(house.directory);
    const applied = await second.apply("main");
    const id = applied.applied ? applied.change.id : "";
    if (!answered) await second.rollback(id);
    await second.close();
    const after = await startHarness({ directory: house.directory, config: PER_PEER });
    await after.settled();
    if (answered) await after.changes.rollback(id, { approve: true });
    assert.deepEqual(await after.texts("agent:main:telegram:dm:1"), ["user: one", "assistant: echo: one", "user: two", "assistant: echo: two"]);
    assert.deepEqual(await after.texts("agent:main:telegram:dm:2"), ["user: uno", "assistant: echo: uno"]);
    assert.deepEqual(await after.texts("agent:main:main"), []);
    await after.close();
  }
});

test("two turns that would go on in one session refuse the step: nothing is written", async () => {
  const { house, hangs } = await interrupted({});
  for (const sender of ["1", "2"]) await house.receive(message("one", { sender }));
  await house.settled();
  hangs.yes = true;
  for (const sender of ["1", "2"]) await house.receive(message("two", { sender }));
  await until("they are asked", () => house.requests.length === 4);
  await house.kill();
  const second = await resting(house.directory);
  const before = second.sessions();
  await assert.rejects(second.apply("main"), { code: "CHANGE_BUSY" });
  assert.deepEqual(await second.sessions(), await before);
  await second.close();
});

test("a turn whose conversation is missing says so, and is not begun from nothing", async () => {
  const { house, hangs } = await interrupted({});
  hangs.yes = true;
  await house.receive(message("two", { sender: "1" }));
  await until("it is asked", () => house.requests.length === 1);
  await house.kill();
  const { store, parts } = await claiming(house.directory);
  const [turn] = await store.all(listConversations, { key: "agent:main:telegram:dm:1", limit: 1 });
  await store.run(deleteConversation, { session_id: turn?.session_id ?? "" });
  await assert.rejects(store.transaction((tx) => claimTurn(parts, tx, "agent:main:telegram:dm:1", Date.now() + 60_000)), { code: "STORE_CORRUPT" });
  await store.close();
  await removeStateDir(house.directory);
});

/** The store of a house in which nobody works, with the desk of changes. */
async function resting(directory: string) {
  const store = await storeIn(directory);
  const parsed = configSchema.parse(PER_PEER);
  const settings = await settingsInForce(store, compileSettings(parsed as never, { warnings: [], env: {}, directory: createDirectory(), routingSource: null }), {});
  const house = { hold: async () => () => undefined, say: async () => undefined, onMoved: () => undefined, onChange: () => undefined, onProgress: () => undefined };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const changes = createChanges({ store, clock: systemClock, ids: createIds(systemClock), log, settings, env: {}, configPath: join(directory, "openclaw.json"), house });
  return {
    apply: (scope: string) => changes.apply(edits(scope), { approve: true }),
    rollback: (id: string) => changes.rollback(id, { approve: true }),
    sessions: () => store.all(pageSessions, { agent: "main", after: "", limit: 10 }),
    close: () => store.close(),
  };
}

async function claiming(directory: string) {
  const store = await storeIn(directory);
  const parts = { store, ids: createIds(systemClock), tenure: { holder: "another", leaseMs: 1000, heldUntil: async () => null, onBusy: () => undefined }, catchUp: () => false, settings: {} as TurnSettings };
  return { store, parts };
}

test("after a link nobody judges by who read before: what the owner said there is no reason to wait", async () => {
  const house = await startHarness({ config: PER_PEER });
  await house.receive(message("one", { sender: "1" }));
  await house.settled();
  await house.receive(operator("a word of the owner", "agent:main:telegram:dm:1"));
  await house.settled();
  await house.changes.apply({ kind: "edits", edits: [{ path: ["session", "identityLinks"], value: { Ann: ["telegram:1"] } }] }, { approve: true });
  await house.receive(message("three", { sender: "1" }));
  await house.settled();
  assert.deepEqual(house.channel("telegram").sent.map(({ part }) => part.text).slice(-1), ["echo: three"]);
  await house.close();
});
