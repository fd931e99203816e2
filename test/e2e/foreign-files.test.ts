import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { storeConfig } from "../store/database.ts";
import { gatewayConfig } from "./house.ts";
import { stage } from "./stage.ts";

const ID = "0b5c7a52-9df1-4a3e-8f6e-6f4f5a1f0001";

/** What an installation of OpenClaw leaves behind, with things in it that mean nothing to us. */
const FILES: Readonly<Record<string, string>> = {
  "credentials/telegram-pairing.json": '{"version":1,"requests":[]}',
  "credentials/oauth.json": '{"anthropic":{"refresh":"foreign-secret"}}',
  "identity/device.json": '{"deviceId":"abc","privateKeyPem":"-----BEGIN PRIVATE KEY-----"}',
  "agents/main/agent/auth-profiles.json": '{"profiles":{"anthropic:default":{"type":"api_key","key":"foreign-key"}}}',
  "agents/main/sessions/sessions.json": JSON.stringify({ "agent:main:main": { sessionId: ID, updatedAt: 1_700_000_000_000, unknownField: { a: [1, 2] } } }, null, 2),
  [`agents/main/sessions/${ID}.jsonl`]: '{"type":"session","version":3,"id":"0b5c7a52"}\n{"type":"message","message":{"role":"user","content":[{"type":"text","text":"old words"}]}}\n{"broken',
  "agents/old-agent/sessions/sessions.json": "{ this is not json",
  "agents/old-agent/sessions/x.jsonl.lock": '{"pid":1}',
  "cron/jobs.json": '{"version":1,"jobs":[{"id":"j1","schedule":{"kind":"every","everyMs":60000}}]}',
  "devices/paired.json": "{}",
  "memory/main.sqlite": "SQLite format 3\u0000 not really",
  "workspace/SOUL.md": "You are kind.",
  "logs/config-audit.jsonl": '{"ts":1}\n',
  "openclaw.json.bak": "{}",
};

const CONFIG = {
  meta: { lastTouchedVersion: "2026.4.29" },
  wizard: { lastRunCommand: "onboard" },
  gateway: gatewayConfig(),
  agents: { defaults: { workspace: "~/.openclaw/workspace", unknownToUs: { deep: true } }, list: [{ id: "main", identity: { emoji: "x" }, tools: { profile: "coding" } }] },
  channels: { whatsapp: { allowFrom: ["+491701234567"], sendReadReceipts: true }, telegram: { enabled: false, botToken: "1:x", reactionLevel: "ack" }, defaults: { groupPolicy: "allowlist" } },
  plugins: { entries: { "memory-core": { enabled: true } } },
  skills: { install: { nodeManager: "npm" } },
};

function sums(directory: string): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(directory, name));
  return new Map(files.filter((path) => statSync(path).isFile()).map((path) => [relative(directory, path), createHash("sha256").update(readFileSync(path)).digest("hex")]));
}

for (const mirror of [false, true]) {
  test(`the state directory of a real installation (session.mirror ${String(mirror)}): it starts, works, and leaves every foreign byte as it was`, async (t) => {
    const house = stage(t);
    const stateDir = house.directory();
    for (const [name, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(stateDir, name)), { recursive: true });
      writeFileSync(join(stateDir, name), content);
    }
    writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify({ ...CONFIG, ...(await storeConfig(stateDir)), session: { mirror } }, null, 2));
    const copy = house.directory();
    cpSync(stateDir, copy, { recursive: true });
    const gateway = await house.gateway({ stateDir });
    const client = await house.client(gateway);
    await client.ask("Remember: my locker code is 7319.");
    await client.ask("in another room", "other");
    await client.close();
    assert.equal(await gateway.stop(), 0);
    const [before, after] = [sums(copy), sums(stateDir)];
    const changed = [...before].filter(([name, sum]) => after.get(name) !== sum).map(([name]) => name);
    assert.deepEqual(changed, []);
    const added = [...after.keys()].filter((name) => !before.has(name) && !name.startsWith("continuo/") && name !== "logs/gateway.log");
    if (!mirror) assert.deepEqual(added, []);
    t.diagnostic(`${before.size} foreign files unchanged; added beside continuo/: ${added.join(", ") || "none"}`);
  });
}
