import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { validateSessionsDeleteParams, validateSessionsPatchParams, validateSessionsResetParams } from "@openclaw/gateway-protocol";
import { OPERATIONS } from "../../src/operations/index.ts";
import { connected, MAIN } from "./fixture.ts";
import type { Fields, Frame } from "./fixture.ts";
import { startLineHouse } from "./line-house.ts";
import type { LineHouse } from "./line-house.ts";
import { assertOfficial } from "./official-schemas.ts";

/** OpenClaw's methods that change sessions, over the wire (spec 11.3). */
describe("sessions over the wire", () => {
  let house: LineHouse;
  before(async () => {
    house = await startLineHouse();
  });
  after(() => house.close());

  type Client = Awaited<ReturnType<typeof connected>>;
  const open = (scopes: readonly string[] = ["operator.admin"]): Promise<Client> => connected(house.at, { scopes });

  async function ask(client: Client, method: string, params: object): Promise<Fields> {
    const frame = (await client.ask(method, params)) as Frame;
    assert.equal(frame.ok, true, `${method}: ${JSON.stringify(frame.error)}`);
    return frame.payload as Fields;
  }

  async function refused(client: Client, method: string, params: object): Promise<{ code: string; message: string }> {
    const frame = (await client.ask(method, params)) as Frame;
    assert.equal(frame.ok, false, method);
    return frame.error as unknown as { code: string; message: string };
  }

  async function say(client: Client, sessionKey: string, message: string): Promise<void> {
    const runId = `run-${sessionKey}-${message}`;
    await ask(client, "chat.send", { sessionKey, message, idempotencyKey: runId });
    await ask(client, "agent.wait", { runId, timeoutMs: 30_000 });
  }

  it("patch writes what was chosen, null takes it back, and what is not known is refused", async () => {
    const client = await open();
    await say(client, "patched", "hi");
    const all = { label: "Trip", thinkingLevel: "high", verboseLevel: "full", groupActivation: "always", sendPolicy: "deny", responseUsage: "tokens", queueMode: "steering", queueCap: 5, queueDrop: "old", pinned: true };
    const answer = await ask(client, "sessions.patch", { key: "patched", ...all });
    const entry = answer.entry as Fields;
    assertOfficial("SessionRow", entry);
    const { queueMode: _spelling, ...rest } = all;
    for (const [field, value] of Object.entries({ ...rest, queueMode: "steer" })) assert.equal(entry[field], value, field);
    assert.deepEqual([answer.ok, answer.key, (answer.resolved as Fields).model], [true, "agent:main:patched", "echo"]);
    const cleared = await ask(client, "sessions.patch", { key: "patched", label: null, thinkingLevel: null, groupActivation: null, sendPolicy: null, queueMode: null, queueCap: null, queueDrop: null, pinned: false });
    for (const field of ["label", "thinkingLevel", "groupActivation", "sendPolicy", "queueMode", "queueCap", "pinned"]) assert.equal((cleared.entry as Fields)[field], undefined, field);
    assert.equal((cleared.entry as Fields).verboseLevel, "full", "what was left out stays");
    assert.match((await refused(client, "sessions.patch", { key: "patched", thinkingLevel: "enormous" })).message, /invalid thinkingLevel \(use off\|minimal\|low\|medium\|high\)/);
    for (const wrong of [{ queueCap: 0 }, { elevatedLevel: "on" }, { model: "nobody/knows" }, { label: "" }]) assert.equal((await refused(client, "sessions.patch", { key: "patched", ...wrong })).code, "INVALID_REQUEST", JSON.stringify(wrong));
    client.socket.close();
  });

  it("a session is begun by create, and by what is chosen for it before anything was said", async () => {
    const client = await open();
    const made = await ask(client, "sessions.create", { label: "Fresh", message: "hi", idempotencyKey: "made-1" });
    assertOfficial("SessionsCreateResult", made);
    assert.match(String(made.key), /^agent:main:dashboard:[0-9a-f-]{36}$/);
    assert.deepEqual([made.runStarted, made.runId, (made.entry as Fields).label], [true, "made-1", "Fresh"]);
    await ask(client, "agent.wait", { runId: "made-1", timeoutMs: 30_000 });
    assert.equal(((await ask(client, "sessions.describe", { key: String(made.key) })).session as Fields).messageCount, 2);
    assert.equal((await ask(client, "sessions.create", { key: String(made.key) })).sessionId, made.sessionId, "one that is there is opened");
    const patched = await ask(client, "sessions.patch", { key: "early", thinkingLevel: "low" });
    assert.deepEqual([(patched.entry as Fields).messageCount, (patched.entry as Fields).thinkingLevel], [0, "low"]);
    await say(client, "early", "hi");
    const early = (await ask(client, "sessions.describe", { key: "early" })).session as Fields;
    assert.deepEqual([early.sessionId, early.messageCount, early.thinkingLevel], [(patched.entry as Fields).sessionId, 2, "low"]);
    assert.equal((await refused(client, "sessions.create", { key: "early", thinkingLevel: "enormous" })).code, "INVALID_REQUEST");
    client.socket.close();
  });

  it("a label is one session's, and names it", async () => {
    const client = await open();
    await say(client, "one", "hi");
    await say(client, "two", "hi");
    await ask(client, "sessions.patch", { key: "one", label: "Lisbon" });
    await ask(client, "sessions.patch", { key: "one", label: "Lisbon" });
    assert.match((await refused(client, "sessions.patch", { key: "two", label: "Lisbon" })).message, /label already in use: Lisbon/);
    assertOfficial("SessionsResolveResult", await ask(client, "sessions.resolve", { label: "Lisbon" }));
    assert.equal((await ask(client, "sessions.resolve", { label: "Lisbon" })).key, "agent:main:one");
    assert.match((await refused(client, "sessions.resolve", { label: "Porto" })).message, /No session found with label: Porto/);
    assert.match((await refused(client, "sessions.resolve", { key: "nobody" })).message, /No session found: nobody/);
    assert.equal((await refused(client, "sessions.resolve", { key: "one", label: "Lisbon" })).code, "INVALID_REQUEST");
    client.socket.close();
  });

  it("reset and delete need operator.admin, tell those who look on, and leave the main session", async () => {
    const watcher = await open(["operator.read"]);
    await ask(watcher, "sessions.subscribe", {});
    const client = await open();
    await say(client, "left", "hi");
    await say(client, "main", "hi");
    for (const [method, params] of [["sessions.reset", { key: "left" }], ["sessions.patch", { key: "left", label: "x" }], ["sessions.delete", { key: "left" }]] as const) {
      assert.match((await refused(watcher, method, params)).message, /missing scope: operator\.admin/);
    }
    const reset = await ask(client, "sessions.reset", { key: "left", reason: "new" });
    assert.notEqual(reset.from, reset.to);
    assert.equal((reset.entry as Fields).messageCount, 0);
    assertOfficial("SessionsDeleteResult", await ask(client, "sessions.delete", { key: "left" }));
    assert.equal((await ask(client, "sessions.describe", { key: "left" })).session, null);
    assert.deepEqual((await ask(client, "sessions.delete", { key: "left" })).deleted, false);
    assert.equal((await refused(client, "sessions.delete", { key: "main" })).message, `Cannot delete the main session (${MAIN}).`);
    assert.equal((await ask(client, "sessions.restore", { key: "left" })).isCurrent, true);
    watcher.socket.close();
    client.socket.close();
  });

  it("the examples are what the official gateway would take", () => {
    const official: Readonly<Record<string, (params: unknown) => boolean>> = { "sessions.patch": validateSessionsPatchParams, "sessions.reset": validateSessionsResetParams, "sessions.delete": validateSessionsDeleteParams };
    for (const [name, validate] of Object.entries(official)) {
      const operation = OPERATIONS.find((one) => one.name === name);
      assert.ok(operation && validate(operation.example), name);
    }
  });
});
