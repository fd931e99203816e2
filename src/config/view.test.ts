import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { defaultAgentId } from "../domain/agent-id.ts";
import { accountsOf, enabledChannels } from "./accounts.ts";
import { describeChange, diffConfig } from "./diff.ts";
import { configJsonSchema } from "./json-schema.ts";
import { parseConfig } from "./load.ts";
import { isSecretPath, redact, REDACTED } from "./redact.ts";
import { referenceRows, renderReference } from "./reference.ts";
import { nearest } from "./suggest.ts";

const config = (tree: unknown) => parseConfig(tree, "f").config;
const lines = (from: unknown, to: unknown) => diffConfig(config(from), config(to)).map(describeChange);

/** Said of what decides who shares a conversation. */
const FOLLOW = " (conversations follow: `continuo plan` and `continuo changes` show how)";

const DIFFS: readonly [name: string, from: unknown, to: unknown, lines: readonly string[]][] = [
  ["nothing", { session: { dmScope: "auto" } }, {}, []],
  ["a value", {}, { session: { dmScope: "main" } }, [`session.dmScope: "auto" -> "main"${FOLLOW}`]],
  ["a list", { channels: { t: { allowFrom: [1] } } }, { channels: { t: { allowFrom: [1, 2] } } }, ['channels.t.allowFrom: ["1"] -> ["1","2"]']],
  ["a duration and a size", {}, { session: { maintenance: { trashRetention: "36h", maxDiskBytes: "1gb" } } }, ["session.maintenance.trashRetention: 30d -> 1d12h", "session.maintenance.highWaterBytes: (unset) -> 858993459b", "session.maintenance.maxDiskBytes: (unset) -> 1gb"]],
  ["secrets", { gateway: { auth: { token: "a" } } }, { gateway: { auth: { token: "b", password: "c" } } }, ["gateway.auth.token: (secret) -> (secret)", "gateway.auth.password: (unset) -> (secret)"]],
  ["a whole channel with its token", {}, { channels: { telegram: { botToken: "1:x", enabled: true } } }, ["channels.telegram.enabled: (unset) -> true", "channels.telegram.botToken: (unset) -> (secret)"]],
  ["a list of objects", { bindings: [] }, { bindings: [{ agentId: "a", match: { channel: "t" } }] }, [`bindings[0].agentId: (unset) -> "a"${FOLLOW}`, `bindings[0].match.channel: (unset) -> "t"${FOLLOW}`]],
  ["an id with a dot", {}, { channels: { t: { groups: { "a.b": { enabled: false } } } } }, ['channels.t.groups["a.b"].enabled: (unset) -> false']],
  ["an empty channel", {}, { channels: { t: {} } }, ["channels.t: (unset) -> {}"]],
  ["what needs a restart", {}, { gateway: { port: 1, bind: "lan" }, store: { url: "postgres://u:p@h/d" } }, ["gateway.port: 18789 -> 1 (takes effect at the next start)", 'gateway.bind: "loopback" -> "lan" (takes effect at the next start)', "store.url: (unset) -> (secret) (takes effect at the next start)"]],
];

for (const [name, from, to, expected] of DIFFS) {
  test(`the log of a change shows ${name}`, () => assert.deepEqual(lines(from, to), expected));
}

const SECRETS: readonly [path: readonly (string | number)[], secret: boolean][] = [
  [["gateway", "auth", "token"], true],
  [["gateway", "auth", "password"], true],
  [["channels", "telegram", "botToken"], true],
  [["channels", "telegram", "accounts", "a", "webhookSecret"], true],
  [["channels", "feishu", "encryptKey"], true],
  [["channels", "slack", "signingSecret"], true],
  [["models", "providers", "x", "apiKey"], true],
  [["models", "providers", "x", "headers", "X-Anything"], true],
  [["skills", "entries", "x", "env", "SOME_API_KEY"], true],
  [["gateway", "auth", "token", "id"], true],
  [["env", "ANYTHING"], true],
  [["store", "url"], true],
  [["session", "mainKey"], false],
  [["session", "store"], false],
  [["session", "parentForkMaxTokens"], false],
  [["agents", "defaults", "contextTokens"], false],
  [["models", "providers", "x", "models", 0, "maxTokens"], false],
  [["hooks", "defaultSessionKey"], false],
];

for (const [path, secret] of SECRETS) {
  test(`${path.join(".")} is ${secret ? "a secret" : "no secret"}`, () => assert.equal(isSecretPath(path), secret));
}

test("redaction keeps the shape and takes every secret", () => {
  assert.deepEqual(redact({ gateway: { port: 1, auth: { token: "x" } }, channels: { t: { botToken: "y", allowFrom: ["1"] } }, env: { K: "v" } }), {
    gateway: { port: 1, auth: { token: REDACTED } },
    channels: { t: { botToken: REDACTED, allowFrom: ["1"] } },
    env: { K: REDACTED },
  });
});

test("an account takes what it has of its own, then the channel's, then the default", () => {
  const made = config({ channels: { t: { dmPolicy: "open", allowFrom: ["*"], botToken: "x", groups: { "*": { requireMention: false }, g: { enabled: true } }, accounts: { w: { allowFrom: [7], groupPolicy: "disabled" } } }, off: { enabled: false } } });
  assert.deepEqual([accountsOf(made, "t"), accountsOf(made, "off"), enabledChannels(made)], [["default", "w"], ["default"], ["t"]]);
});

test("the default agent is the marked one, else the first, else main", () => {
  assert.equal(defaultAgentId(config({}).agents.list), "main");
  assert.equal(defaultAgentId(config({ agents: { list: [{ id: "a" }, { id: "b" }] } }).agents.list), "a");
  assert.equal(defaultAgentId(config({ agents: { list: [{ id: "a" }, { id: "b", default: true }] } }).agents.list), "b");
});

test("near words are suggested, far ones are not", () => {
  assert.deepEqual([nearest("dmscope", ["dmScope"]), nearest("prot", ["port"]), nearest("agent", ["agentId"]), nearest("banana", ["port"])], ["dmScope", "port", "agentId", null]);
});

test("every example of the reference is a valid setting", () => {
  const rows = referenceRows();
  assert.ok(rows.length > 120);
  for (const { path, node } of rows) {
    const segments = path.replaceAll("<name>", "demo").replaceAll("<id>", "demo").split(/\.|(?=\[\])/);
    const tree = segments.reduceRight<unknown>((inner, segment) => (segment === "[]" ? [inner] : { [segment]: inner }), node.examples?.[0]);
    const required = { agents: { id: "main" }, bindings: { agentId: "a", match: { channel: "t" } }, models: { id: "m" } };
    assert.doesNotThrow(() => parseConfig(fill(tree, required), "f"), path);
  }
});

/** A field of a list's entry needs the entry's required fields beside it. */
function fill(tree: unknown, required: Record<string, object>): unknown {
  const walk = (value: unknown, extra: object): unknown => {
    if (Array.isArray(value)) return value.map((item) => (typeof item === "object" && item !== null ? merge(extra, item) : item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === "list" || key === "bindings" || key === "models" ? walk(item, extra) : key === "agents" || key === "defaults" || key === "providers" || key === "demo" ? walk(item, extra) : item]));
  };
  const top = Object.keys(tree as object)[0] ?? "";
  const filled = walk(tree, required[top] ?? {});
  const section = (filled as Record<string, Record<string, unknown>>)[top];
  // Rules between two settings: an example of one stands beside what it needs.
  if (top === "hooks" && section !== undefined) return { hooks: { token: "t", ...section } };
  return filled;
}

function merge(base: object, over: object): object {
  const out: Record<string, unknown> = { ...base, ...over };
  for (const [key, value] of Object.entries(base)) {
    const other = (over as Record<string, unknown>)[key];
    if (typeof value === "object" && typeof other === "object" && other !== null && !Array.isArray(other)) out[key] = { ...value, ...other, ...(("peer" in other) ? { peer: { kind: "group", id: "1", ...(other.peer as object) } } : {}) };
  }
  return out;
}

test("the reference page holds exactly what the schema says", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "configuration.md"), "utf8");
  const [, tables] = /<!-- settings: made by `node src\/config\/reference\.ts` -->\n\n([\s\S]*)$/.exec(page) ?? [];
  assert.equal(tables, renderReference());
});

test("the JSON Schema takes what a person writes and has a meaning for every setting", () => {
  const schema = configJsonSchema();
  assert.deepEqual(schema.properties?.["session"]?.properties?.["maintenance"]?.properties?.["pruneAfter"]?.type, ["string", "number"]);
  assert.equal(schema.properties?.["session"]?.additionalProperties, false);
  assert.deepEqual(schema.properties?.["session"]?.properties?.["dmScope"]?.examples, ["auto"]);
  for (const { path, node } of referenceRows()) assert.ok((node.description ?? "") !== "", path);
});
