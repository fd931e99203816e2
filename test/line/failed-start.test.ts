import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { startGateway } from "../../src/main/gateway.ts";
import type { GatewayStart } from "../../src/main/house.ts";

function startIn(directory: string): GatewayStart {
  const configPath = join(directory, "openclaw.json");
  writeFileSync(configPath, JSON.stringify({ gateway: { port: 0, auth: { mode: "token", token: "a-token-of-this-test" } } }));
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
  await (await startGateway(startIn(directory))).stop("test");
  const database = new DatabaseSync(join(directory, "continuo", "continuo.sqlite"));
  // What a dead gateway left under way cannot be settled: the start fails when the line starts.
  database.exec(`insert into outbox (id, session_key, channel, account, chat, audience, text, state, due_at, created_at)
    values ('1', 'k', 'telegram', 'default', '42', 'owner', 'hello', 'sending', 0, 0);
    create trigger refuse before update on outbox begin select raise(abort, 'the disk does not want to'); end`);
  database.close();
  const port = await freePort();
  await assert.rejects(startGateway({ ...startIn(directory), port }), /the disk does not want to/);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), "nothing listens any more");
  const again = new DatabaseSync(join(directory, "continuo", "continuo.sqlite"));
  again.exec("drop trigger refuse");
  again.close();
  await (await startGateway(startIn(directory))).stop("test");
  rmSync(directory, { recursive: true, force: true });
});
