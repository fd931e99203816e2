import assert from "node:assert/strict";
import { test } from "node:test";
import { continuo } from "../cli/process.ts";
import { gatewayConfig, modelConfig, textOf } from "./house.ts";
import { stage } from "./stage.ts";

interface Conversations {
  readonly conversations: readonly { readonly number?: number; readonly sessionId: string; readonly current: boolean; readonly beganReason: string }[];
}

interface Messages {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

for (const how of ["/new in the chat", "sessions.reset over the wire", "sessions clear in a terminal"] as const) {
  test(`P27 after ${how} the request holds nothing of before; the old chat is in the list, opens and resumes`, async (t) => {
    const house = stage(t);
    const model = await house.model({ kind: "reply", text: "noted" });
    const stateDir = house.directory();
    const gateway = await house.gateway({ stateDir, config: { gateway: gatewayConfig(), ...modelConfig({ mock: model }) } });
    const client = await house.client(gateway);
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await continuo(["sessions", ...args], { stateDir });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const lastRequest = (): string => (model.requests().at(-1)?.messages ?? []).map(({ content }) => textOf(content)).join("\n");

    await client.ask("the old word is zanzibar");
    if (how.startsWith("/new")) await client.request("chat.send", { sessionKey: "main", message: "/new", idempotencyKey: "anew" }).then(() => client.settled());
    else if (how.startsWith("sessions.reset")) await client.request("sessions.reset", { key: "main", reason: "new" });
    else assert.equal(await run("clear", "main"), "Cleared session agent:main:main (2 messages archived).\n");
    await client.ask("hello again");
    assert.match(lastRequest(), /hello again/);
    assert.doesNotMatch(lastRequest(), /zanzibar|noted/, "0 old tokens");

    const { conversations } = await client.request<Conversations>("conversations.list", { key: "main" });
    const old = conversations.find(({ beganReason }) => beganReason === "first-message");
    assert.ok(old && !old.current && conversations.length === 2);
    const opened = await client.request<Messages>("chat.history", { sessionKey: "main", sessionId: old.sessionId });
    assert.match(opened.messages.map(({ content }) => textOf(content)).join("\n"), /zanzibar/);
    assert.match(await run("show", "main"), /the old word is zanzibar/);
    assert.match(await run("history", "main", "--conversation", String(old.number)), /user: the old word is zanzibar/);

    await run("resume", "main", String(old.number));
    await client.ask("and now?");
    assert.match(lastRequest(), /zanzibar/);
    assert.doesNotMatch(lastRequest(), /hello again/);
    await run("undo", "main");
    assert.match(await run("history", "main"), /hello again/);
    await gateway.stop();
  });
}
