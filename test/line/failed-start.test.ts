import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startGateway } from "../../src/main/gateway.ts";
import type { GatewayStart } from "../../src/main/house.ts";
import { removeStateDir, scriptIn, storeConfig } from "../store/database.ts";
import { ENGINE } from "../store/engine.ts";

/** What a starting gateway needs once it listens is not to be had, and is there again. */
const REFUSE = {
  sqlite: "create trigger refuse before update on outbox begin select raise(abort, 'the disk does not want to'); end",
  postgres: "alter table turns rename to turns_of_yesterday",
};
const RELENT = { sqlite: "drop trigger refuse", postgres: "alter table turns_of_yesterday rename to turns" };
const WORDS = { sqlite: /the disk does not want to/, postgres: /relation "turns" does not exist/ };

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
  // What a dead gateway left cannot be settled, or be looked for: the start fails when the line starts.
  await scriptIn(directory, `insert into outbox (id, session_key, channel, account, chat, audience, text, state, due_at, created_at)
    values ('1', 'k', 'telegram', 'default', '42', 'owner', 'hello', 'sending', 0, 0); ${REFUSE[ENGINE]}`);
  const port = await freePort();
  await assert.rejects(startGateway({ ...(await startIn(directory)), port }), WORDS[ENGINE]);
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`), "nothing listens any more");
  await scriptIn(directory, RELENT[ENGINE]);
  await (await startGateway(await startIn(directory))).stop("test");
  await removeStateDir(directory);
});
