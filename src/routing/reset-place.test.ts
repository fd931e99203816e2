import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboundMessage } from "../domain/message.ts";
import { resetPlace } from "./keys.ts";

const from = (channel: string, chatKind: InboundMessage["chatKind"], thread: string | null = null) => ({ chatKind, address: { channel, account: "default", chat: "1", thread } });
const operator = from("webchat", "dm");

const ROWS: readonly (readonly [string, Parameters<typeof resetPlace>[0], key: string, type: string, channel: string])[] = [
  ["a private chat", from("telegram", "dm"), "agent:main:telegram:dm:42", "direct", "telegram"],
  ["the main session", from("telegram", "dm"), "agent:main:main", "direct", "telegram"],
  ["a group", from("telegram", "group"), "agent:main:telegram:group:-100", "group", "telegram"],
  ["a channel", from("discord", "channel"), "agent:main:discord:channel:7", "group", "discord"],
  ["a group whose words go to the main session", from("telegram", "group"), "agent:main:main", "group", "telegram"],
  ["a topic of a group", from("telegram", "group", "3"), "agent:main:telegram:group:-100:topic:3", "thread", "telegram"],
  ["a topic in a private chat", from("telegram", "dm", "3"), "agent:main:telegram:dm:42:thread:42:3", "thread", "telegram"],
  ["the operator in their own session", operator, "agent:main:main", "direct", "webchat"],
  ["the operator in somebody's private chat", operator, "agent:main:telegram:dm:42", "direct", "webchat"],
  ["the operator in a group: the group's channel counts", operator, "agent:main:telegram:group:-100", "group", "telegram"],
  ["the operator in a group of another account", operator, "agent:main:telegram:work:group:-100", "group", "telegram"],
  ["the operator in a topic", operator, "agent:main:telegram:group:-100:topic:3", "thread", "telegram"],
  ["the operator in a thread", operator, "agent:main:slack:channel:C1:thread:17.5", "thread", "slack"],
  ["an agent called group", operator, "agent:group:telegram:dm:42", "direct", "webchat"],
  ["an agent called topic", operator, "agent:topic:main", "direct", "webchat"],
  ["somebody whose id is group", operator, "agent:main:telegram:dm:group", "direct", "webchat"],
  ["somebody whose id is thread, in a topic", operator, "agent:main:telegram:dm:thread:thread:thread:3", "thread", "webchat"],
  ["a group whose id is topic", operator, "agent:main:telegram:group:topic", "group", "telegram"],
  ["one session for all", from("telegram", "group"), "global", "group", "telegram"],
  ["a job's session", operator, "agent:main:cron:daily", "direct", "webchat"],
];

for (const [name, message, key, type, channel] of ROWS) {
  test(`reset settings of ${name} (spec 4.1)`, () => assert.deepEqual(resetPlace(message, key), { type, channel }));
}
