import assert from "node:assert/strict";
import { test } from "node:test";
import { isContinuoError } from "../domain/errors.ts";
import { connectGateway, errorFromWire, type GatewayEvent } from "./gateway-client.ts";
import { fakeGateway, WireRefusal } from "./testing/fake-gateway.ts";

function options(port: number, more: { timeoutMs?: number; onEvent?: (event: GatewayEvent) => void } = {}) {
  return { url: `ws://127.0.0.1:${port}`, token: "secret-token", version: "1.2.3", timeoutMs: 5000, now: () => 0, ...more };
}

function code(expected: string): (error: unknown) => boolean {
  return (error) => isContinuoError(error) && error.code === expected;
}

test("the client introduces itself as cli, offers protocols 3 to 4, and sends the token", async () => {
  const gateway = await fakeGateway({ health: () => ({ ok: true }) });
  const client = await connectGateway(options(gateway.file.port));
  assert.deepEqual(await client.call("health", {}), { ok: true });
  const { params } = gateway.calls[0] ?? { params: {} as Record<string, unknown> };
  assert.deepEqual([params.minProtocol, params.maxProtocol, params.auth], [3, 4, { token: "secret-token" }]);
  const { id, mode, version } = params.client as Record<string, unknown>;
  assert.deepEqual([id, mode, version], ["cli", "cli", "1.2.3"]);
  client.close();
  await client.closed;
  await gateway.close();
});

test("nobody listening is GATEWAY_UNREACHABLE", async () => {
  const gateway = await fakeGateway();
  await gateway.close();
  await assert.rejects(connectGateway(options(gateway.file.port)), code("GATEWAY_UNREACHABLE"));
});

test("a refused token is GATEWAY_UNAUTHORIZED with the gateway's words", async () => {
  const refusal = { code: "INVALID_REQUEST", message: "unauthorized: gateway token mismatch", details: { code: "AUTH_TOKEN_MISMATCH" } };
  const gateway = await fakeGateway({
    connect: () => {
      throw new WireRefusal(refusal);
    },
  });
  await assert.rejects(connectGateway(options(gateway.file.port)), (error) => code("GATEWAY_UNAUTHORIZED")(error) && /token mismatch/.test(String(error)));
  await gateway.close();
});

test("a gateway that never finishes the handshake, or never answers a call, is GATEWAY_TIMEOUT", async () => {
  const silent = await fakeGateway({ connect: () => undefined });
  await assert.rejects(connectGateway(options(silent.file.port, { timeoutMs: 30 })), code("GATEWAY_TIMEOUT"));
  await silent.close();
  const slow = await fakeGateway({ health: () => undefined });
  const client = await connectGateway(options(slow.file.port));
  await assert.rejects(client.call("health", {}, 20), code("GATEWAY_TIMEOUT"));
  client.close();
  await slow.close();
});

test("a connection that ends fails the calls that wait, and says why", async () => {
  const gateway = await fakeGateway({
    health: (_params, connection) => {
      connection.hangUp("service restart");
      return undefined;
    },
  });
  const client = await connectGateway(options(gateway.file.port));
  await assert.rejects(client.call("health", {}), code("GATEWAY_UNREACHABLE"));
  assert.equal(await client.closed, "service restart");
  await assert.rejects(client.call("health", {}), code("GATEWAY_UNREACHABLE"));
  await gateway.close();
});

test("events reach the listener with their payload", async () => {
  const heard: GatewayEvent[] = [];
  const gateway = await fakeGateway({
    health: (_params, connection) => {
      connection.event("tick", { ts: 5 });
      return {};
    },
  });
  const client = await connectGateway(options(gateway.file.port, { onEvent: (event) => heard.push(event) }));
  await client.call("health", {});
  assert.deepEqual(heard, [{ event: "tick", payload: { ts: 5 } }]);
  client.close();
  await gateway.close();
});

test("the gateway's own code survives the wire; foreign ones get the closest of ours", () => {
  const cases: [object, string][] = [
    [{ code: "INVALID_REQUEST", message: "m", details: { continuoCode: "SESSION_NOT_FOUND" } }, "SESSION_NOT_FOUND"],
    [{ code: "INVALID_REQUEST", message: "m" }, "REQUEST_INVALID"],
    [{ code: "FORBIDDEN", message: "m" }, "REQUEST_FORBIDDEN"],
    [{ code: "NOT_PAIRED", message: "m", details: { code: "DEVICE_IDENTITY_REQUIRED" } }, "GATEWAY_UNAUTHORIZED"],
    [{ code: "SOMETHING_ELSE", message: "m" }, "INTERNAL"],
  ];
  for (const [wire, expected] of cases) assert.equal(errorFromWire(wire).code, expected);
});
