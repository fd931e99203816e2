import assert from "node:assert/strict";
import { test } from "node:test";
import { mayAnswer, type SendPolicy } from "./send-policy.ts";

const ROOM = { key: "agent:main:discord:group:7", channel: "discord", chatKind: "group" } as const;
const allow = (match?: object) => ({ action: "allow", match }) as const;
const deny = (match?: object) => ({ action: "deny", match }) as const;

/** Spec 5.6. */
const CASES: readonly (readonly [title: string, policy: SendPolicy, answered: boolean])[] = [
  ["nothing is said", { default: "allow", rules: [] }, true],
  ["the default denies", { default: "deny", rules: [] }, false],
  ["a rule allows what the default denies", { default: "deny", rules: [allow({ channel: "discord" })] }, true],
  ["a rule that denies wins, wherever it stands", { default: "allow", rules: [allow(), deny({ chatType: "group" })] }, false],
  ["all of a rule has to fit", { default: "allow", rules: [deny({ channel: "discord", chatType: "dm" })] }, true],
  ["a rule that names nothing fits everything", { default: "allow", rules: [deny()] }, false],
  ["keyPrefix is tried without the agent too", { default: "allow", rules: [deny({ keyPrefix: "discord:group" })] }, false],
  ["keyPrefix is tried with the agent", { default: "allow", rules: [deny({ keyPrefix: "agent:main:discord" })] }, false],
  ["rawKeyPrefix is not", { default: "allow", rules: [deny({ rawKeyPrefix: "discord:group" })] }, true],
];

for (const [title, policy, answered] of CASES) {
  test(`send policy: ${title}`, () => assert.equal(mayAnswer(policy, ROOM, {}), answered));
}

test("what was chosen for a session goes before every rule", () => {
  assert.equal(mayAnswer({ default: "allow", rules: [deny()] }, ROOM, { send: "allow" }), true);
  assert.equal(mayAnswer({ default: "allow", rules: [allow()] }, ROOM, { send: "deny" }), false);
});
