import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { connect, connected, connectWith, rawClient, startHouse, TOKEN } from "./fixture.ts";
import type { Frame, RunningHouse } from "./fixture.ts";

interface Device {
  readonly id: string;
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

function newDevice(): Device {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(12);
  return { id: createHash("sha256").update(raw).digest("hex"), publicKey: raw.toString("base64url"), privateKey };
}

interface Signing {
  readonly version?: "v2" | "v3";
  readonly token?: string;
  readonly signedAt?: number;
  readonly nonce?: string;
  readonly scopes?: readonly string[];
}

function signedBy(device: Device, nonce: string, signing: Signing = {}): Record<string, unknown> {
  const { version = "v3", token = TOKEN, signedAt = Date.now(), scopes = ["operator.read", "operator.write"] } = signing;
  const base = `${version}|${device.id}|cli|cli|operator|${scopes.join(",")}|${signedAt}|${token}|${signing.nonce ?? nonce}`;
  const text = version === "v3" ? `${base}|linux|` : base;
  const signature = sign(null, Buffer.from(text), device.privateKey).toString("base64url");
  return { id: device.id, publicKey: device.publicKey, signature, signedAt, nonce: signing.nonce ?? nonce };
}

async function attempt(house: RunningHouse, changes: (nonce: string) => Record<string, unknown>, headers: Record<string, string> = {}) {
  const client = rawClient(house.at, { headers });
  const challenge = await client.find((frame) => frame.event === "connect.challenge");
  const answer = await client.ask("connect", connectWith(changes(String(challenge.payload?.nonce))));
  return { client, answer };
}

async function refused(house: RunningHouse, changes: (nonce: string) => Record<string, unknown>, headers: Record<string, string> = {}): Promise<NonNullable<Frame["error"]>> {
  const { client, answer } = await attempt(house, changes, headers);
  assert.equal(answer.ok, false, JSON.stringify(answer));
  const closed = await client.closed;
  assert.equal(closed.code, 1008);
  assert.ok(answer.error);
  assert.ok(answer.error.message.startsWith(closed.reason), `${closed.reason} is the message`);
  return answer.error;
}

describe("the handshake of spec 11.1", () => {
  let house: RunningHouse;
  const device = newDevice();
  before(async () => {
    house = await startHouse();
  });
  after(() => house.close());

  it("sends a challenge with a nonce at once", async () => {
    const client = rawClient(house.at, { path: "/any/path?x=1" });
    const { payload, seq } = await client.find((frame) => frame.event === "connect.challenge");
    assert.match(String(payload?.nonce), /^[0-9a-f-]{36}$/);
    assert.equal(typeof payload?.ts, "number");
    assert.equal(seq, undefined);
    client.socket.close();
  });

  const versions: readonly [min: number, max: number, chosen: number | null][] = [
    [3, 3, 3],
    [4, 4, 4],
    [3, 4, 4],
    [1, 3, 3],
    [4, 9, 4],
    [5, 6, null],
    [1, 2, null],
  ];
  for (const [minProtocol, maxProtocol, chosen] of versions) {
    it(`a client of protocols ${minProtocol}..${maxProtocol} gets ${chosen ?? "a mismatch"}`, async () => {
      if (chosen !== null) {
        const client = rawClient(house.at);
        const { payload } = await connect(client, { minProtocol, maxProtocol });
        assert.equal(payload?.protocol, chosen);
        client.socket.close();
        return;
      }
      const error = await refused(house, () => ({ minProtocol, maxProtocol }));
      assert.equal(error.message, "protocol mismatch");
      const { code, clientMinProtocol, clientMaxProtocol, expectedProtocol, minimumProbeProtocol } = error.details ?? {};
      assert.deepEqual([code, clientMinProtocol, clientMaxProtocol, expectedProtocol, minimumProbeProtocol], ["PROTOCOL_MISMATCH", minProtocol, maxProtocol, 4, 3]);
    });
  }

  const refusals: readonly [name: string, changes: (nonce: string) => Record<string, unknown>, message: string | RegExp, details: Record<string, unknown>][] = [
    ["no token", () => ({ auth: {} }), /^unauthorized: gateway token missing \(/, { code: "AUTH_TOKEN_MISSING" }],
    ["no auth at all", () => ({ auth: undefined }), /^unauthorized: gateway token missing \(/, { code: "AUTH_TOKEN_MISSING" }],
    [
      "a wrong token",
      () => ({ auth: { token: "nope" } }),
      "unauthorized: gateway token mismatch (set gateway.remote.token to match gateway.auth.token)",
      { code: "AUTH_TOKEN_MISMATCH", authReason: "token_mismatch", recommendedNextStep: "update_auth_credentials", canRetryWithDeviceToken: false },
    ],
    ["a role that is not served", () => ({ role: "node" }), "invalid role", { code: "INVALID_ROLE" }],
    ["no device nonce", (n) => ({ device: { ...signedBy(device, n), nonce: undefined } }), "device nonce required", { code: "DEVICE_AUTH_NONCE_REQUIRED", reason: "device-nonce-missing" }],
    ["another nonce", (n) => ({ device: signedBy(device, n, { nonce: "other" }) }), "device nonce mismatch", { code: "DEVICE_AUTH_NONCE_MISMATCH", reason: "device-nonce-mismatch" }],
    ["a signature over another token", (n) => ({ device: signedBy(device, n, { token: "x" }) }), "device signature invalid", { code: "DEVICE_AUTH_SIGNATURE_INVALID", reason: "device-signature" }],
    ["a signature over other scopes", (n) => ({ device: signedBy(device, n, { scopes: ["operator.admin"] }) }), "device signature invalid", { code: "DEVICE_AUTH_SIGNATURE_INVALID" }],
    ["a signature that is no signature", (n) => ({ device: { ...signedBy(device, n), signature: "AAAA" } }), "device signature invalid", { code: "DEVICE_AUTH_SIGNATURE_INVALID" }],
    ["a signature of yesterday", (n) => ({ device: signedBy(device, n, { signedAt: Date.now() - 86_400_000 }) }), "device signature expired", { code: "DEVICE_AUTH_SIGNATURE_EXPIRED", reason: "device-signature-stale" }],
    ["another device's id", (n) => ({ device: { ...signedBy(device, n), id: newDevice().id } }), "device identity mismatch", { code: "DEVICE_AUTH_DEVICE_ID_MISMATCH", reason: "device-id-mismatch" }],
    ["a key that is no key", (n) => ({ device: { ...signedBy(device, n), publicKey: "AAAA" } }), "device public key invalid", { code: "DEVICE_AUTH_PUBLIC_KEY_INVALID", reason: "device-public-key" }],
    ["connect without client", () => ({ client: undefined }), "invalid connect params: must have required property 'client'", {}],
    ["connect without client.id", () => ({ client: { version: "1", platform: "x", mode: "cli" } }), "invalid connect params: at /client: must have required property 'id'", {}],
    ["connect with a word as protocol", () => ({ minProtocol: "four" }), /^invalid connect params: at \/minProtocol: /, {}],
  ];
  for (const [name, changes, message, details] of refusals) {
    it(`refuses ${name} and closes with the reason`, async () => {
      const error = await refused(house, changes);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      assert.equal(error.code, "INVALID_REQUEST");
      for (const [key, value] of Object.entries(details)) assert.deepEqual(error.details?.[key], value, key);
    });
  }

  it("closes 1000 without a word on garbage, 1008 on what is no request, and tells a request that it is not first", async () => {
    const silent = rawClient(house.at);
    await silent.find((frame) => frame.event === "connect.challenge");
    silent.send("hello?");
    assert.equal((await silent.closed).code, 1000);
    assert.equal(silent.frames.length, 1);

    const shapeless = rawClient(house.at);
    await shapeless.find((frame) => frame.event === "connect.challenge");
    shapeless.send({ hello: true });
    assert.deepEqual(await shapeless.closed, { code: 1008, reason: "invalid request frame" });

    const early = rawClient(house.at);
    await early.find((frame) => frame.event === "connect.challenge");
    const answer = await early.ask("health");
    assert.equal(answer.error?.message, "invalid handshake: first request must be connect");
    assert.deepEqual(await early.closed, { code: 1008, reason: "invalid handshake: first request must be connect" });

    const binary = rawClient(house.at);
    await binary.find((frame) => frame.event === "connect.challenge");
    binary.send(Buffer.from([1, 2, 3]));
    assert.equal((await binary.closed).code, 1000);
  });

  it("takes no first frame above 64 KiB", async () => {
    for (const size of [70_000, 10_000_000]) {
      const client = rawClient(house.at);
      await client.find((frame) => frame.event === "connect.challenge");
      client.send({ type: "req", id: "1", method: "connect", params: connectWith({ pad: "x".repeat(size) }) });
      const error = await client.find((frame) => frame.type === "res");
      assert.match(error.error?.message ?? "", /message too large: the limit is 65536 bytes/);
      assert.equal((await client.closed).code, 1009);
    }
  });

  it("takes a first frame of almost 64 KiB, with fields that it does not know", async () => {
    const client = await connected(house.at, { pad: "x".repeat(64_000), buildId: "b", computerUse: { on: true }, client: { id: "brand-new", version: "1", platform: "x", mode: "cli", buildId: "y" } });
    client.socket.close();
  });

  it("closes what does not connect in time", async () => {
    const hasty = await startHouse({ settings: { handshakeTimeoutMs: 5 } });
    const client = rawClient(hasty.at);
    assert.deepEqual(await client.closed, { code: 1008, reason: "handshake timeout" });
    await hasty.close();
  });

  it("says hello with everything that clients of both versions read", async () => {
    const client = rawClient(house.at);
    const { payload } = await connect(client, { scopes: ["operator.admin"] });
    assert.equal(payload?.type, "hello-ok");
    assert.deepEqual(payload?.policy, { maxPayload: 26_214_400, maxBufferedBytes: 52_428_800, tickIntervalMs: 30_000 });
    assert.deepEqual(payload?.auth, { role: "operator", scopes: ["operator.admin"] });
    assert.deepEqual(payload?.snapshot?.sessionDefaults?.mainSessionKey, "agent:main:main");
    assert.equal(payload?.snapshot?.stateDir, "/state");
    assert.ok(JSON.stringify(payload?.features?.methods).includes("chat.send"));
    assert.ok(JSON.stringify(payload?.features?.events).includes("chat"));
    client.socket.close();
  });

  it("shows no paths to a client that is no administrator", async () => {
    const client = rawClient(house.at);
    const answer = await connect(client);
    assert.ok(!JSON.stringify(answer).includes("/state"));
    client.socket.close();
  });

  it("grants the scopes asked for, without a device too, and all three when none are asked for", async () => {
    const asked = rawClient(house.at);
    assert.deepEqual((await connect(asked, { scopes: ["operator.read"] })).payload?.auth?.scopes, ["operator.read"]);
    const none = rawClient(house.at);
    assert.deepEqual((await connect(none, { scopes: undefined })).payload?.auth?.scopes, ["operator.admin", "operator.read", "operator.write"]);
    asked.socket.close();
    none.socket.close();
  });

  for (const version of ["v2", "v3"] as const) {
    it(`gives a device that signed ${version} a token, and lets it in with that token in either place`, async () => {
      const { client, answer } = await attempt(house, (n) => ({ device: signedBy(device, n, { version }) }));
      const deviceToken = String(answer.payload?.auth?.deviceToken);
      assert.match(deviceToken, /^[\w-]{43}$/);
      assert.equal(typeof answer.payload?.auth?.issuedAtMs, "number");
      for (const auth of [{ token: deviceToken }, { deviceToken }]) {
        const again = await attempt(house, (n) => ({ auth, device: signedBy(device, n, { version, token: deviceToken }) }));
        assert.equal(again.answer.ok, true, JSON.stringify(again.answer));
        again.client.socket.close();
      }
      const thief = newDevice();
      const stolen = await refused(house, (n) => ({ auth: { token: deviceToken }, device: signedBy(thief, n, { token: deviceToken }) }));
      assert.equal(stolen.details?.code, "AUTH_TOKEN_MISMATCH");
      const bare = await refused(house, () => ({ auth: { deviceToken } }));
      assert.equal(bare.details?.code, "AUTH_TOKEN_MISMATCH");
      client.socket.close();
    });
  }

  it("calls pages `webchat` and everything else `terminal`", async () => {
    const clients: readonly [id: string, mode: string, channel: string][] = [
      ["openclaw-control-ui", "webchat", "webchat"],
      ["openclaw-control-ui", "ui", "webchat"],
      ["webchat-ui", "ui", "webchat"],
      ["openclaw-tui", "ui", "terminal"],
      ["gateway-client", "backend", "terminal"],
      ["cli", "cli", "terminal"],
    ];
    for (const [id, mode, channel] of clients) {
      const client = await connected(house.at, { client: { id, mode, version: "1", platform: "x" } });
      await client.ask("chat.send", { message: "x", idempotencyKey: `${id}-${mode}` });
      assert.equal(house.house.callers.at(-1), `${channel}/${id}`);
      client.socket.close();
    }
  });
});

describe("the handshake under other settings", () => {
  it("takes a password in mode password, and says which is missing or wrong", async () => {
    const house = await startHouse({ settings: { auth: { mode: "password", token: null, password: "open sesame" } } });
    const client = await connected(house.at, { auth: { password: "open sesame" } });
    client.socket.close();
    assert.equal((await refused(house, () => ({ auth: { password: "no" } }))).details?.code, "AUTH_PASSWORD_MISMATCH");
    assert.equal((await refused(house, () => ({ auth: {} }))).details?.code, "AUTH_PASSWORD_MISSING");
    await house.close();
  });

  it("needs no secret in mode none on this machine, but refuses what a proxy brings from elsewhere", async () => {
    const house = await startHouse({ settings: { auth: { mode: "none", token: null, password: null } } });
    const client = await connected(house.at, { auth: undefined });
    client.socket.close();
    assert.equal((await refused(house, () => ({}), { "x-forwarded-for": "203.0.113.9" })).details?.code, "AUTH_REQUIRED");
    await house.close();
  });

  it("lets nobody in when the mode's secret is not set", async () => {
    const house = await startHouse({ settings: { auth: { mode: "token", token: null, password: null } } });
    assert.equal((await refused(house, () => ({ auth: { token: "" } }))).details?.code, "AUTH_TOKEN_NOT_CONFIGURED");
    await house.close();
  });

  it("asks a device from elsewhere to pair, where pairing is kept", async () => {
    const paired = new Set<string>();
    const house = await startHouse({ options: { pairing: { isPaired: (id) => paired.has(id), request: () => "req-1" } } });
    const elsewhere = { "x-forwarded-for": "203.0.113.9" };
    const device = newDevice();
    const bare = await refused(house, () => ({}), elsewhere);
    assert.deepEqual([bare.code, bare.message, bare.details?.code], ["NOT_PAIRED", "device identity required", "DEVICE_IDENTITY_REQUIRED"]);
    const asked = await refused(house, (n) => ({ device: signedBy(device, n) }), elsewhere);
    assert.deepEqual([asked.code, asked.details?.code, asked.details?.requestId], ["NOT_PAIRED", "PAIRING_REQUIRED", "req-1"]);
    assert.match(asked.message, /^pairing required: .*\(requestId: req-1\)$/);
    paired.add(device.id);
    const { client, answer } = await attempt(house, (n) => ({ device: signedBy(device, n) }), elsewhere);
    assert.equal(answer.ok, true);
    client.socket.close();
    await house.close();
  });

  it("makes one who guesses wait, and nobody who forgot the token", async () => {
    const house = await startHouse();
    for (let i = 0; i < 25; i++) assert.equal((await refused(house, () => ({ auth: {} }))).details?.code, "AUTH_TOKEN_MISSING");
    for (let i = 0; i < 20; i++) assert.equal((await refused(house, () => ({ auth: { token: `guess-${i}` } }))).details?.code, "AUTH_TOKEN_MISMATCH");
    const late = await refused(house, () => ({}));
    assert.equal(late.details?.code, "AUTH_RATE_LIMITED");
    assert.ok((late.retryAfterMs ?? 0) > 0 && (late.retryAfterMs ?? 0) <= 60_000);
    await house.close();
  });

  it("disconnects clients of an old token when the token changes, and their device tokens with it", async () => {
    const house = await startHouse();
    const device = newDevice();
    const { client, answer } = await attempt(house, (n) => ({ device: signedBy(device, n) }));
    const deviceToken = String(answer.payload?.auth?.deviceToken);
    house.gateway.updateSettings({ auth: { mode: "token", token: TOKEN, password: null }, allowedOrigins: ["https://x.example"] });
    assert.equal((await client.ask("health")).ok, true, "an unchanged secret disturbs nobody");
    house.gateway.updateSettings({ auth: { mode: "token", token: "new", password: null }, allowedOrigins: [] });
    assert.equal((await client.closed).code, 1008);
    const old = await refused(house, (n) => ({ auth: { deviceToken }, device: signedBy(device, n, { token: deviceToken }) }));
    assert.equal(old.details?.code, "AUTH_TOKEN_MISMATCH");
    await house.close();
  });
});
