import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { validateChatHistoryParams, validateChatSendParams, validateSessionsDescribeParams, validateSessionsListParams, validateSessionsPreviewParams } from "@openclaw/gateway-protocol";
import { EVENTS } from "../../src/gateway/hello.ts";
import { OPERATIONS } from "../../src/operations/index.ts";
import { connect, rawClient, TOKEN } from "./fixture.ts";
import { say, startLineHouse } from "./line-house.ts";
import type { LineHouse } from "./line-house.ts";

const DOCS = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

describe("docs/protocol.md", () => {
  let house: LineHouse;
  before(async () => {
    house = await startLineHouse({ answer: () => say("Hello ", "there, ", "world.") });
  });
  after(() => house.close());

  it("describes every method with the scope that it needs, and every event", async () => {
    const client = rawClient(house.at);
    const methods = (await connect(client)).payload?.features?.methods as unknown as readonly string[];
    for (const method of methods) assert.ok(DOCS.includes(`\`${method}\``), method);
    for (const event of EVENTS) assert.ok(DOCS.includes(`\`${event}\``), event);
    for (const { name, scope } of OPERATIONS) assert.ok(DOCS.includes(`### \`${name}\` (${scope})`), `${name} (${scope})`);
    client.socket.close();
  });

  it("opens with a client that works as it is printed", async () => {
    const code = /```js\n([\s\S]*?)```/.exec(DOCS)?.[1] ?? "";
    const env = { ...process.env, GATEWAY_URL: house.at.url.replace("http", "ws"), OPENCLAW_GATEWAY_TOKEN: TOKEN };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], { env, cwd: new URL("../..", import.meta.url) });
    assert.equal(stdout, "Hello there, world.\n");
  });

  it("gives examples that the official gateway would take too", () => {
    const official: Readonly<Record<string, (params: unknown) => boolean>> = {
      "chat.send": validateChatSendParams,
      "chat.history": validateChatHistoryParams,
      "sessions.list": validateSessionsListParams,
      "sessions.describe": validateSessionsDescribeParams,
      "sessions.preview": validateSessionsPreviewParams,
    };
    for (const [name, validate] of Object.entries(official)) {
      const operation = OPERATIONS.find((one) => one.name === name);
      assert.ok(operation && validate(operation.example), name);
    }
  });
});
