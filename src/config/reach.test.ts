import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "./load.ts";
import { reach } from "./reach.ts";

const PATH = "/nowhere/openclaw.json";

function file(content: object | string): () => Promise<Uint8Array> {
  return async () => Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
}

const CASES: readonly (readonly [string, object | string, Readonly<Record<string, string>>])[] = [
  ["nothing written", {}, {}],
  ["a token", { gateway: { port: 18_800, auth: { token: "t".repeat(30) } } }, {}],
  ["a blank token is none", { gateway: { auth: { token: "  ", password: "p" } } }, {}],
  ["the environment above the file", { gateway: { port: 18_800, auth: { token: "written" } } }, { OPENCLAW_GATEWAY_PORT: "4711", OPENCLAW_GATEWAY_TOKEN: "said" }],
  ["a variable", { gateway: { auth: { token: "${TOKEN_OF_MINE}" } } }, { TOKEN_OF_MINE: "filled" }],
  ["one elsewhere that is not set", { channels: { telegram: { botToken: "${NOT_SET}" } } }, {}],
  ["remote", { gateway: { mode: "remote", remote: { url: "ws://elsewhere:1", token: "r" } } }, {}],
  ["remote written, local meant", { gateway: { remote: { url: "ws://elsewhere:1" } } }, {}],
  ["foreign settings", { gateway: { tailscale: { mode: "off" }, auth: { mode: "token", token: "t" } } }, {}],
  ["JSON5", "{gateway: {port: 0x1000, auth: {token: 'single'}}}", {}],
];

test("what a command needs to reach the gateway is what the whole file's schema says of it", async () => {
  for (const [name, content, env] of CASES) {
    const { mode, port, remote, auth } = (await look(PATH, env, file(content))).config.gateway;
    const found = await reach(PATH, env, file(content));
    assert.deepEqual([found.mode, found.port, found.remote, found.auth.token, found.auth.password], [mode, port, remote, auth.token, auth.password], name);
  }
});

test("what is wrong with the gateway's settings is said in the same words", async () => {
  const wrong: readonly (object | string)[] = [{ gateway: { prot: 1 } }, { gateway: { port: "18789" } }, { gateway: { port: 70_000 } }, { gateway: { auth: { tokn: "x" } } }, { gateway: [] }, { gateway: { auth: { token: "${NOT_SET}" } } }, "{", "", "[]"];
  for (const content of wrong) {
    const message = async (read: typeof look | typeof reach) => read(PATH, {}, file(content)).then(() => null, (error: unknown) => String(error));
    const said = await message(look);
    assert.ok(said !== null, JSON.stringify(content));
    assert.equal(await message(reach), said, JSON.stringify(content));
  }
});

test("a file that is wrong elsewhere does not keep anybody from the gateway that runs", async () => {
  assert.equal((await reach(PATH, {}, file({ session: { dmScope: "nonsense" } }))).port, 18_789);
});
