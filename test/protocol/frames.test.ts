import assert from "node:assert/strict";
import { connect as connectTcp } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { connected, rawClient, startHouse } from "./fixture.ts";
import type { RawClient, RunningHouse } from "./fixture.ts";

const INTERNALS = /\/home|\/secret|\/state|at .*\.ts|node:internal|ENOENT/;

describe("requests and their answers (spec 11.2)", () => {
  let house: RunningHouse;
  let client: RawClient;
  before(async () => {
    house = await startHouse();
    client = await connected(house.at);
  });
  after(async () => {
    await house.close();
    assert.equal(house.gateway.connections(), 0);
  });

  it("answers what an operation returns, under the request's id", async () => {
    assert.deepEqual((await client.ask("echo", { text: "héllo 🌍" })).payload, { text: "héllo 🌍" });
    assert.deepEqual((await client.ask("health")).payload, { ok: true });
  });

  it("names an unknown method", async () => {
    const { error } = await client.ask("no.such");
    assert.deepEqual([error?.code, error?.message], ["INVALID_REQUEST", "unknown method: no.such"]);
  });

  it("names every wrong parameter, and gives our code and the cure", async () => {
    const { error } = await client.ask("chat.send", { limit: "ten" });
    assert.equal(error?.message, "invalid chat.send params: must have required property 'message'; at /limit: must be number");
    assert.equal(error?.details?.continuoCode, "REQUEST_INVALID");
    assert.equal(error?.details?.cure, "Correct the named parameter.");
    for (const params of [null, [], "text", 5, { message: null }, { message: "" }, { message: { a: 1 } }]) {
      assert.match((await client.ask("chat.send", params)).error?.message ?? "", /^invalid chat\.send params: /);
    }
  });

  it("maps our errors to the wire's codes", async () => {
    const ours = (await client.ask("fail.ours")).error;
    assert.deepEqual([ours?.code, ours?.message, ours?.details?.continuoCode, ours?.retryable], ["INVALID_REQUEST", "No session found: ghost", "SESSION_NOT_FOUND", false]);
    const later = (await client.ask("fail.later")).error;
    assert.deepEqual([later?.code, later?.retryable, later?.retryAfterMs], ["UNAVAILABLE", true, 1500]);
    assert.equal((await client.ask("fail.forbidden")).error?.code, "FORBIDDEN");
  });

  it("P40 an error forced inside shows no path and no stack; the log has it", async () => {
    for (const method of ["fail.foreign", "fail.text", "fail.ours"]) {
      const answer = await client.ask(method);
      assert.equal(answer.ok, false);
      assert.doesNotMatch(JSON.stringify(answer), INTERNALS);
    }
    assert.equal((await client.ask("fail.foreign")).error?.message, "internal error");
    const line = house.logged.find(({ fields }) => "method" in fields && fields.method === "fail.foreign");
    assert.match(String(line && "err" in line.fields && line.fields.err), /ENOENT/);
  });

  it("lets a client do only what its scopes allow, in the words of its version", async () => {
    const reader = await connected(house.at, { scopes: ["operator.read"] });
    const denied = (await reader.ask("chat.send", { message: "x" })).error;
    assert.deepEqual([denied?.code, denied?.message, denied?.details?.code], ["FORBIDDEN", "missing scope: operator.write", "MISSING_SCOPE"]);
    const old = await connected(house.at, { minProtocol: 3, maxProtocol: 3, scopes: ["operator.write"] });
    const deniedOld = (await old.ask("admin.only")).error;
    assert.deepEqual([deniedOld?.code, deniedOld?.message], ["INVALID_REQUEST", "missing scope: operator.admin"]);
    assert.equal((await old.ask("health")).ok, true, "write includes read");
    const admin = await connected(house.at, { scopes: ["operator.admin"] });
    assert.equal((await admin.ask("chat.send", { message: "x" })).ok, true, "admin includes all");
    for (const { socket } of [reader, old, admin]) socket.close();
  });

  it("answers malformed frames and lives on, and so do the others", async () => {
    const rude = await connected(house.at);
    const bad = ["{", "", "null", "[]", "5", '"x"', "{}", '{"type":"res","id":"1","ok":true}', '{"type":"req","id":5,"method":"health"}', '{"type":"req","id":"7"}', '{"type":"req","id":"","method":"x"}', "[".repeat(5_000), Buffer.from([0, 255]), Buffer.from('{"type":"req","id":"b","method":"health"}')];
    for (const frame of bad) rude.send(frame);
    rude.send({ type: "req", id: "__proto__", method: "__proto__", params: { __proto__: null } });
    assert.equal((await rude.ask("health")).ok, true);
    const refused = rude.frames.filter((frame) => frame.ok === false);
    assert.equal(refused.length, bad.length + 1);
    for (const frame of refused) assert.match(frame.error?.message ?? "", /^(invalid request frame|unknown method)/);
    assert.equal((await client.ask("health")).ok, true);
    rude.socket.close();
  });

  it("closes 1007 on text that is not UTF-8", async () => {
    const rude = await connected(house.at);
    rude.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    assert.deepEqual(await rude.closed, { code: 1007, reason: "text frames must be UTF-8" });
    assert.equal((await client.ask("health")).ok, true);
  });

  it("takes a message of 10 MB, and refuses one above the limit with a reason, then closes 1009", async () => {
    const big = await connected(house.at);
    const text = "x".repeat(10_000_000);
    assert.equal(String((await big.ask("echo", { text })).payload?.text).length, text.length);
    big.send({ type: "req", id: "big", method: "echo", params: { text: "x".repeat(26_300_000) } });
    const { error } = await big.find((frame) => frame.id === "invalid");
    assert.equal(error?.message, "message too large: the limit is 26214400 bytes");
    assert.deepEqual(await big.closed, { code: 1009, reason: "message too large" });
    assert.equal((await client.ask("health")).ok, true);
  });

  it("survives sockets that vanish, half-open upgrades and bytes that are no HTTP", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const tcp = connectTcp(house.at.port, "127.0.0.1", () => tcp.end("\u0016\u0003\u0001 not http\r\n\r\n"));
    tcp.on("close", () => resolve());
    tcp.on("error", () => resolve());
    tcp.resume();
    await promise;
    const gone = await connected(house.at);
    gone.send({ type: "req", id: "x", method: "echo", params: { text: "y" } });
    gone.socket.terminate();
    await gone.closed;
    const plain = rawClient(house.at);
    plain.socket.on("open", () => plain.socket.terminate());
    await plain.closed;
    assert.equal((await client.ask("health")).ok, true);
  });

  it("refuses more than 256 unanswered requests on one socket instead of piling them up", async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const slow = await startHouse({
      options: { operations: [{ name: "slow", scope: "read", input: (await import("zod")).z.object({}), example: {}, run: () => promise }] },
    });
    const eager = await connected(slow.at);
    const answers = Array.from({ length: 257 }, () => eager.ask("slow"));
    const refused = await eager.find((frame) => frame.ok === false);
    assert.deepEqual([refused.error?.code, refused.error?.retryable], ["UNAVAILABLE", true]);
    resolve({ done: true });
    const all = await Promise.all(answers);
    assert.equal(all.filter((frame) => frame.ok).length, 256);
    await slow.close();
  });

  it("has honest empty answers for what terminal clients ask and Continuo lacks", async () => {
    assert.deepEqual((await client.ask("question.list")).payload, { questions: [] });
    assert.deepEqual((await client.ask("plugin.approval.list")).payload, []);
    assert.deepEqual((await client.ask("taskSuggestions.list")).payload, { suggestions: [] });
  });
});

describe("the end of a gateway", () => {
  it("tells clients, lets answers under way arrive, and closes 1012", async () => {
    const { promise, resolve } = Promise.withResolvers<object>();
    const house = await startHouse({
      options: { operations: [{ name: "slow", scope: "read", input: (await import("zod")).z.object({}), example: {}, run: () => promise }] },
    });
    const client = await connected(house.at);
    const answer = client.ask("slow");
    await client.ask("commands.list");
    const closing = house.gateway.close({ reason: "restart", restartExpectedMs: 1500 });
    const shutdown = await client.find((frame) => frame.event === "shutdown");
    assert.deepEqual(shutdown.payload, { reason: "restart", restartExpectedMs: 1500 });
    resolve({ late: "but there" });
    assert.deepEqual((await answer).payload, { late: "but there" });
    assert.equal((await client.closed).code, 1012);
    await closing;
    await house.gateway.close({ reason: "again" });
    const late = new WebSocket(house.at.url.replace("http", "ws"));
    const { promise: failed, resolve: setFailed } = Promise.withResolvers<void>();
    late.on("error", () => setFailed());
    await failed;
  });

  it("refuses a port that is taken and an open bind without a secret", async () => {
    const house = await startHouse();
    await assert.rejects(startHouse({ settings: { port: house.at.port } }), { code: "GATEWAY_PORT_TAKEN", message: new RegExp(String(house.at.port)) });
    const none = { mode: "none", token: null, password: null } as const;
    await assert.rejects(startHouse({ settings: { host: "0.0.0.0", auth: none } }), { code: "GATEWAY_BIND_REFUSED" });
    await assert.rejects(startHouse({ settings: { host: "0.0.0.0", auth: { mode: "token", token: "", password: null } } }), { code: "GATEWAY_BIND_REFUSED" });
    const open = await startHouse({ settings: { host: "0.0.0.0" } });
    assert.throws(() => open.gateway.updateSettings({ auth: none, allowedOrigins: [] }), { code: "GATEWAY_BIND_REFUSED" });
    await open.close();
    await house.close();
  });
});
