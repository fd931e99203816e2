import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { GatewayClient } from "@openclaw/gateway-client";
import type { DeviceIdentity, GatewayClientOptions } from "@openclaw/gateway-client";
import { OpenClawClient } from "openclaw-node";
import type { OpenClawClientOptions } from "openclaw-node";
import { connected, MAIN, TOKEN } from "./fixture.ts";
import type { Fields, Frame } from "./fixture.ts";
import { hang, startLineHouse } from "./line-house.ts";
import type { LineHouse } from "./line-house.ts";
import { assertOfficial } from "./official-schemas.ts";

const SAID = "Hello there, world.";

function rawKey(pem: string): Buffer {
  return createPublicKey(pem).export({ type: "spki", format: "der" }).subarray(12);
}

function newIdentity(): DeviceIdentity {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const publicKeyPem = String(publicKey.export({ type: "spki", format: "pem" }));
  const privateKeyPem = String(privateKey.export({ type: "pkcs8", format: "pem" }));
  return { deviceId: createHash("sha256").update(rawKey(publicKeyPem)).digest("hex"), publicKeyPem, privateKeyPem };
}

/** The reference client, what it heard, and how it comes to an end. */
interface Reference {
  readonly client: GatewayClient;
  readonly hello: Fields;
  readonly events: Frame[];
  readonly gaps: unknown[];
  readonly deviceTokens: string[];
  ask(method: string, params?: object): Promise<Fields>;
  find(fits: (frame: Frame) => boolean): Promise<Frame>;
}

async function reference(house: LineHouse, changes: Partial<GatewayClientOptions> & { storedToken?: string } = {}): Promise<Reference> {
  const { storedToken, ...options } = changes;
  const events: Frame[] = [];
  const gaps: unknown[] = [];
  const deviceTokens: string[] = [];
  const waiting = new Map<(frame: Frame) => void, (frame: Frame) => boolean>();
  const greeted = Promise.withResolvers<Fields>();
  const client = new GatewayClient({
    url: house.at.url.replace("http", "ws"),
    token: TOKEN,
    deviceIdentity: null,
    minProtocol: 4,
    maxProtocol: 4,
    onHelloOk: (hello) => greeted.resolve(hello as unknown as Fields),
    onConnectError: (error) => greeted.reject(error),
    onGap: (gap) => void gaps.push(gap),
    onEvent(event) {
      const frame = event as unknown as Frame;
      events.push(frame);
      for (const [resolve, fits] of waiting) if (fits(frame)) resolve(frame);
    },
    hostDeps: {
      signDevicePayload: (pem, payload) => sign(null, Buffer.from(payload), createPrivateKey(pem)).toString("base64url"),
      publicKeyRawBase64UrlFromPem: (pem) => rawKey(pem).toString("base64url"),
      storeDeviceAuthToken: ({ token }) => void deviceTokens.push(token),
      loadDeviceAuthToken: () => (storedToken === undefined ? null : { token: storedToken, scopes: ["operator.admin"], role: "operator", updatedAtMs: 0 }),
    },
    ...options,
  });
  client.start();
  const hello = await greeted.promise.catch((error: unknown) => {
    client.stop();
    throw error;
  });
  return {
    client,
    hello,
    events,
    gaps,
    deviceTokens,
    ask: (method, params = {}) => client.request<Fields>(method, params),
    find(fits) {
      const known = events.find(fits);
      return known === undefined ? new Promise((resolve) => void waiting.set(resolve, fits)) : Promise.resolve(known);
    },
  };
}

function chatOf(runId: string, state?: string): (frame: Frame) => boolean {
  return ({ event, payload }) => event === "chat" && String(payload?.runId) === runId && (state === undefined || String(payload?.state) === state);
}

function textOf(frame: Frame | undefined): string {
  return String((frame?.payload?.message?.content?.[0 as never] as Fields | undefined)?.text ?? "");
}

function assertOfficialEvents(events: readonly Frame[]): void {
  for (const frame of events) {
    assertOfficial("EventFrame", frame);
    if (frame.event === "chat") assertOfficial("ChatEvent", frame.payload);
    if (frame.event === "agent") assertOfficial("AgentEvent", frame.payload);
    if (frame.event === "tick") assertOfficial("TickEvent", frame.payload);
    if (frame.event === "sessions.changed") assertOfficial("SessionRow", frame.payload);
  }
}

describe("the reference client 2026.9.1", () => {
  let house: LineHouse;
  before(async () => {
    house = await startLineHouse();
  });
  after(() => house.close());

  for (const protocol of [4, 3]) {
    for (const device of ["with a device", "without one"] as const) {
      it(`protocol ${protocol}, ${device}: connects, and its hello is what the official schema says`, async () => {
        const identity = device === "with a device" ? newIdentity() : null;
        const { client, hello, deviceTokens } = await reference(house, { minProtocol: protocol, maxProtocol: protocol, deviceIdentity: identity });
        assertOfficial("HelloOk", hello);
        assert.equal(hello.protocol, protocol);
        assert.equal(deviceTokens.length, identity === null ? 0 : 1);
        await client.stopAndWait();
      });
    }

    it(`protocol ${protocol}: sends a message and sees it answered to the end, in official events without a gap`, async () => {
      const { client, events, gaps, ask, find } = await reference(house, { minProtocol: protocol, maxProtocol: protocol });
      const runId = `run-${protocol}`;
      const sent = await ask("chat.send", { sessionKey: "main", message: "Hi", idempotencyKey: runId });
      assert.deepEqual([sent.runId, sent.status], [runId, "started"]);
      const final = await find(chatOf(runId, "final"));
      assert.equal(textOf(final), SAID);
      const deltas = events.filter(chatOf(runId, "delta"));
      assert.ok(deltas.length > 0);
      let grown = "";
      for (const delta of deltas) {
        assert.ok(textOf(delta).startsWith(grown), "cumulative");
        grown = textOf(delta);
      }
      assert.equal(grown, SAID);
      if (protocol === 4) assert.equal(deltas.map(({ payload }) => String(payload?.deltaText)).join(""), grown, "deltaText is what is new");
      const agent = events.filter(({ event, payload }) => event === "agent" && String(payload?.runId) === runId);
      assert.deepEqual(agent.map(({ payload }) => payload?.seq), agent.map((_, i) => i + 1));
      const phases = agent.filter(({ payload }) => String(payload?.stream) === "lifecycle").map(({ payload }) => payload?.data?.phase);
      assert.deepEqual(phases, ["start", "end"]);
      assert.equal(agent.filter(({ payload }) => String(payload?.stream) === "assistant").map(({ payload }) => String(payload?.data?.delta)).join(""), SAID);
      assert.equal(events.filter(chatOf(runId, "final")).length, 1, "one final");
      // Clients of protocol 3 know no deltaText, so theirs is not the newest schema's delta.
      assertOfficialEvents(protocol === 4 ? events : events.filter((frame) => !chatOf(runId, "delta")(frame)));
      assert.deepEqual(gaps, []);
      await client.stopAndWait();
    });
  }

  it("comes back with the device token that it was given, and without the shared one", async () => {
    const deviceIdentity = newIdentity();
    const first = await reference(house, { deviceIdentity });
    await first.client.stopAndWait();
    const [storedToken] = first.deviceTokens;
    assert.ok(storedToken);
    const again = await reference(house, { deviceIdentity, token: undefined, storedToken });
    assert.equal(again.hello.type, "hello-ok");
    await again.client.stopAndWait();
  });

  it("learns from a wrong token what is wrong, and stops trying", async () => {
    const told = Promise.withResolvers<Error>();
    const paused = Promise.withResolvers<string | null>();
    const client = new GatewayClient({
      url: house.at.url.replace("http", "ws"),
      token: "wrong",
      deviceIdentity: null,
      onConnectError: (error) => told.resolve(error),
      onReconnectPaused: ({ detailCode }) => paused.resolve(detailCode),
    });
    client.start();
    assert.match((await told.promise).message, /gateway token mismatch/);
    assert.equal(await paused.promise, "AUTH_TOKEN_MISMATCH");
    client.stop();
  });

  it("reads history, sessions, agents, models, health and status", async () => {
    const { client, ask, find } = await reference(house);
    await ask("chat.send", { sessionKey: "work", message: "Remember the milk", idempotencyKey: "read-1" });
    await find(chatOf("read-1", "final"));
    const key = "agent:main:work";

    const history = await ask("chat.history", { sessionKey: "work", limit: 10 });
    const messages = history.messages as unknown as readonly Fields[];
    assert.equal(history.sessionKey, "work");
    assert.deepEqual(messages.map(({ role, content }) => [role, content]), [
      ["user", [{ type: "text", text: "Remember the milk" }]],
      ["assistant", [{ type: "text", text: SAID }]],
    ]);
    for (const { timestamp } of messages) assert.equal(typeof timestamp, "number");

    const list = await ask("sessions.list", { limit: 50 });
    const rows = list.sessions as unknown as readonly Fields[];
    for (const row of rows) assertOfficial("SessionRow", row);
    assert.equal(rows[0]?.key, key, "newest first");
    assert.deepEqual([list.count, list.total, list.hasMore], [rows.length, rows.length, false]);

    const described = await ask("sessions.describe", { key });
    assertOfficial("SessionRow", described.session);
    assert.equal(described.session?.messageCount, 2);
    assert.equal((await ask("sessions.describe", { key: "nobody" })).session, null);

    const previews = (await ask("sessions.preview", { keys: [key, "nobody"] })).previews as unknown as readonly Fields[];
    assert.deepEqual(previews.map((preview) => preview.status), ["ok", "missing"]);

    const agents = await ask("agents.list");
    assertOfficial("AgentsListResult", agents);
    assert.equal(agents.defaultId, "main");

    const models = await ask("models.list");
    assertOfficial("ModelsListResult", models);
    const commands = await ask("commands.list");
    assertOfficial("CommandsListResult", commands);

    const health = await ask("health");
    assert.deepEqual([health.ok, health.defaultAgentId], [true, "main"]);
    const status = await ask("status");
    assert.equal(typeof status.runtimeVersion, "string");
    const recent = (status.sessions?.recent ?? []) as unknown as readonly Fields[];
    assert.ok(recent.some((row) => String(row.key) === key));
    await client.stopAndWait();
  });

  it("is told errors in a form that it reads", async () => {
    const { client, ask } = await reference(house);
    await assert.rejects(ask("no.such"), { message: /unknown method: no\.such/, gatewayCode: "INVALID_REQUEST" });
    await assert.rejects(ask("chat.send", { sessionKey: "main" }), { message: /invalid chat\.send params: must have required property 'message'/ });
    await assert.rejects(ask("conversations.resume", { key: "nobody", sessionId: "x" }), { message: /Session not found: nobody/ });
    await client.stopAndWait();
  });

  it("follows the sessions that it subscribed to", async () => {
    const watcher = await reference(house);
    assert.deepEqual(await watcher.ask("sessions.subscribe"), { subscribed: true });
    const writer = await reference(house);
    await writer.ask("chat.send", { sessionKey: "followed", message: "Hi", idempotencyKey: "follow-1" });
    await watcher.find(({ event, payload }) => event === "sessions.changed" && String(payload?.phase) === "end");
    assertOfficialEvents(watcher.events);
    assert.ok(!writer.events.some(({ event }) => event === "sessions.changed"));
    await Promise.all([watcher.client.stopAndWait(), writer.client.stopAndWait()]);
  });

  it("gets every answer in an official response frame", async () => {
    const client = await connected(house.at, { scopes: ["operator.admin"] });
    const asked: readonly [method: string, params: object][] = [
      ["health", {}],
      ["status", {}],
      ["sessions.list", { limit: 1 }],
      ["chat.history", { sessionKey: "nobody" }],
      ["chat.abort", { sessionKey: "nobody" }],
      ["no.such", {}],
      ["chat.send", {}],
    ];
    for (const [method, params] of asked) assertOfficial("ResponseFrame", await client.ask(method, params));
    client.socket.close();
  });
});

describe("the client openclaw-node 0.14", () => {
  let house: LineHouse;
  let home = "";
  let answer: "say" | "hang" = "say";
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "continuo-node-"));
    house = await startLineHouse({
      answer: (request, signal) => (answer === "hang" ? hang(signal) : sayParts(request.messages.at(-1)?.text ?? "")),
    });
  });
  after(async () => {
    await house.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function* sayParts(text: string) {
    for (const delta of ["You said: ", text]) yield { kind: "text" as const, delta };
    yield { kind: "finish" as const, usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
  }

  function client(changes: Partial<OpenClawClientOptions> = {}): OpenClawClient {
    const made = new OpenClawClient({ url: house.at.url.replace("http", "ws"), token: TOKEN, deviceIdentityPath: join(home, "device.json"), autoReconnect: false, ...changes });
    made.on("error", () => {});
    return made;
  }

  it("connects with its device, keeps the token that it is given, and comes back with that alone", async () => {
    const first = client();
    const hello = await first.connect();
    assertOfficial("HelloOk", hello);
    assert.ok(first.hasMethod("chat.send"));
    await first.disconnect();
    const kept = JSON.parse(readFileSync(join(home, "device.json"), "utf8")) as { deviceToken?: string };
    assert.match(kept.deviceToken ?? "", /^[\w-]{43}$/);
    const again = client({ token: undefined });
    assert.equal((await again.connect()).type, "hello-ok");
    await again.disconnect();
  });

  it("streams an answer once: begin, text, end, done", async () => {
    const node = client();
    await node.connect();
    const chunks: { type: string; text: string }[] = [];
    for await (const chunk of node.chat("hello", { sessionKey: MAIN })) chunks.push({ type: chunk.type, text: "text" in chunk ? chunk.text : "" });
    assert.equal(chunks.filter(({ type }) => type === "text").map(({ text }) => text).join(""), "You said: hello");
    assert.deepEqual([...new Set(chunks.map(({ type }) => type))], ["agent_start", "text", "agent_end", "done"]);
    assert.equal(chunks.filter(({ type }) => type === "done").length, 1);
    assert.equal(await node.chatSync("again", { sessionKey: MAIN }), "You said: again");
    await node.disconnect();
  });

  it("ends a chat whose text is a command that acts at once", async () => {
    const node = client();
    await node.connect();
    for await (const { type } of node.chat("/stop", { sessionKey: MAIN })) assert.notEqual(type, "error");
    assert.match(await node.chatSync("/help", { sessionKey: MAIN }), /\/new/);
    await node.disconnect();
  });

  it("stops an answer, waits for a run, and sends into a session without a key of its own", async () => {
    const node = client();
    await node.connect();
    answer = "hang";
    const begun = Promise.withResolvers<void>();
    const watch = await node.sessions.subscribeMessages("agent:main:aborted", (event) => event.event === "chat" && begun.resolve());
    const sent = await node.sessions.send("agent:main:aborted", "think");
    const runId = String(sent?.runId);
    await begun.promise;
    const aborted = await node.chatAbort("agent:main:aborted");
    answer = "say";
    assert.deepEqual([aborted?.aborted, aborted?.runIds], [true, [runId]]);
    assert.deepEqual((await node.agentWait(runId, { timeoutMs: 5_000 }))?.status, "ok");
    await watch.unsubscribe();
    await node.disconnect();
  });

  it("reads sessions, history, agents and health, and is told what is not there", async () => {
    const node = client();
    await node.connect();
    await node.chatSync("hi", { sessionKey: "agent:main:read" });
    const list = (await node.sessions.list({ limit: 10, kinds: ["direct"] })) as unknown as { sessions: Fields[] };
    assert.ok(list.sessions.some(({ key }) => String(key) === "agent:main:read"));
    const history = (await node.sessions.history("agent:main:read", { limit: 5 })) as unknown as { messages: Fields[] };
    assert.deepEqual(history.messages.map(({ role }) => role), ["user", "assistant"]);
    const described = (await node.sessions.describe("agent:main:read")) as unknown as { session: Fields };
    assert.equal(described.session.key, "agent:main:read");
    assert.equal((await node.agents.list()).defaultId, "main");
    assert.equal((await node.health()).ok, true);
    assert.equal((await node.request("status")).ok, true);
    assert.equal((await node.request("models.list")).ok, true);
    assert.equal((await node.request("sessions.preview", { keys: ["agent:main:read"] })).ok, true);
    await assert.rejects(node.request("no.such"), /unknown method: no\.such/);
    await node.disconnect();
  });

  it("begins a session anew, has it summed up, and deletes it", async () => {
    const node = client({ scopes: ["operator.read", "operator.write", "operator.admin"] });
    await node.connect();
    await node.chatSync("hi", { sessionKey: "agent:main:gone" });
    const reset = (await node.sessions.reset("agent:main:gone", { reason: "new" })) as unknown as { ok: boolean; entry: Fields };
    assert.deepEqual([reset.ok, reset.entry.messageCount], [true, 0]);
    const compacted = (await node.sessions.compact("agent:main:gone")) as unknown as Fields;
    assert.deepEqual([compacted.ok, compacted.compacted], [true, false]);
    assertOfficial("SessionsDeleteResult", await node.sessions.delete("agent:main:gone"));
    const described = (await node.sessions.describe("agent:main:gone")) as unknown as { session: Fields | null };
    assert.equal(described.session, null);
    await node.disconnect();
  });
});
