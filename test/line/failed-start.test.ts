import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startGateway } from "../../src/main/gateway.ts";
import type { GatewayStart } from "../../src/main/house.ts";
import { removeStateDir, tamperIn, storeConfig } from "../store/database.ts";

async function startIn(directory: string): Promise<GatewayStart> {
  const configPath = join(directory, "openclaw.json");
  writeFileSync(configPath, JSON.stringify({ gateway: { port: 0, auth: { mode: "token", token: "a-token-of-this-test" } }, ...(await storeConfig(directory)) }));
  const env = { OPENCLAW_STATE_DIR: directory, OPENCLAW_CONFIG_PATH: configPath, HOME: directory };
  return { env, port: 0, bind: null, verbose: false, version: "0.0.0", uiDir: directory, foreground: { isTTY: false } };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("a start that fails after it began to listen lets go of everything: no door stays open without its lock", async () => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-start-"));
  await (await startGateway(await startIn(directory))).stop("test");
  // What waits cannot be looked at: the start fails when the line starts.
  await tamperIn(directory, "alter table inbox rename to inbox_elsewhere");
  const port = await freePort();
  await assert.rejects(startGateway({ ...(await startIn(directory)), port }), /inbox/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), "nothing listens any more");
  await tamperIn(directory, "alter table inbox_elsewhere rename to inbox");
  await (await startGateway(await startIn(directory))).stop("test");
  await removeStateDir(directory);
});
