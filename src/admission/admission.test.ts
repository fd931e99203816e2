import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ContinuoError } from "../domain/errors.ts";
import type { InboundMessage } from "../domain/message.ts";
import { admit, compileAdmission, type AdmissionSource } from "./index.ts";

interface Said {
  readonly channel?: string;
  readonly account?: string;
  readonly sender?: string;
  readonly group?: string;
  readonly text?: string;
  readonly mentioned?: boolean;
}

function message({ channel = "telegram", account = "default", sender = "1", group, text = "hi", mentioned = true }: Said): InboundMessage {
  return {
    address: { channel, account, chat: group ?? sender, thread: null },
    chatKind: group === undefined ? "dm" : "group",
    sender: { id: sender, name: null, username: null },
    messageId: "m",
    text,
    mentioned,
    sentAt: 0,
    place: null,
    target: null,
  };
}

function decide(config: AdmissionSource, said: Said): string {
  const { kind, reason } = admit(compileAdmission(config), message(said));
  return `${kind} ${reason}`;
}

const telegram = (settings: NonNullable<NonNullable<AdmissionSource["channels"]>[string]>): AdmissionSource => ({ channels: { telegram: settings } });

const CASES: readonly (readonly [name: string, config: AdmissionSource, said: Said, decision: string])[] = [
  ["nobody is known to a channel that is not configured", {}, {}, "dropped dm_policy_pairing_required"],
  ["the operator is always in", {}, { channel: "webchat" }, "admitted operator"],
  ["a listed sender", telegram({ allowFrom: [1] }), {}, "admitted dm_policy_allowlisted"],
  ["a sender listed with the channel's name", telegram({ allowFrom: ["telegram:1"] }), {}, "admitted dm_policy_allowlisted"],
  ["ids are compared exactly", telegram({ allowFrom: ["A"] }), { sender: "a" }, "dropped dm_policy_pairing_required"],
  ["a sender called * is nobody", telegram({ allowFrom: ["2"] }), { sender: "*" }, "dropped dm_policy_pairing_required"],
  ["everybody, by the list", telegram({ allowFrom: ["*"] }), {}, "admitted dm_policy_allowlisted"],
  ["everybody, by the policy", telegram({ dmPolicy: "open" }), {}, "admitted dm_policy_open"],
  ["allowlist keeps silent to others", telegram({ dmPolicy: "allowlist", allowFrom: ["2"] }), {}, "dropped dm_policy_not_allowlisted"],
  ["disabled lets not even the listed in", telegram({ dmPolicy: "disabled", allowFrom: ["1"] }), {}, "dropped dm_policy_disabled"],
  ["a channel that is switched off", telegram({ enabled: false, dmPolicy: "open" }), {}, "dropped channel_disabled"],
  ["P38 an account's own list counts for it alone", telegram({ allowFrom: ["1"], accounts: { work: { allowFrom: ["2"] } } }), { account: "work" }, "dropped dm_policy_pairing_required"],
  ["an account without one takes the channel's", telegram({ allowFrom: ["1"], accounts: { work: {} } }), { account: "work" }, "admitted dm_policy_allowlisted"],
  ["an account called like a part of every object", telegram({ allowFrom: ["1"] }), { account: "constructor" }, "admitted dm_policy_allowlisted"],
  ["a group with no list", telegram({}), { group: "-5" }, "dropped group_policy_empty_allowlist"],
  ["a group takes the channel's list", telegram({ allowFrom: ["1"] }), { group: "-5" }, "admitted group_policy_allowlisted"],
  ["a group list of its own", telegram({ allowFrom: ["1"], groupAllowFrom: ["2"] }), { group: "-5" }, "dropped group_policy_not_allowlisted"],
  ["an open group", telegram({ groupPolicy: "open" }), { group: "-5" }, "admitted group_policy_open"],
  ["groups disabled", telegram({ groupPolicy: "disabled", allowFrom: ["1"] }), { group: "-5" }, "dropped group_policy_disabled"],
  ["one group disabled", telegram({ groupPolicy: "open", groups: { "-5": { enabled: false } } }), { group: "-5" }, "dropped group_disabled"],
  ["a group that is not among the listed ones", telegram({ allowFrom: ["1"], groups: { "-6": {} } }), { group: "-5" }, "dropped group_not_listed"],
  ["every other group", telegram({ allowFrom: ["1"], groups: { "-6": {}, "*": {} } }), { group: "-5" }, "admitted group_policy_allowlisted"],
  ["a room's own list", telegram({ allowFrom: ["1"], groups: { "-5": { allowFrom: ["2"] } } }), { group: "-5" }, "dropped group_policy_not_allowlisted"],
  ["a group answers only when named", telegram({ groupPolicy: "open" }), { group: "-5", mentioned: false }, "dropped group_mention_required"],
  ["unless it need not be", telegram({ groupPolicy: "open", groups: { "*": { requireMention: false } } }), { group: "-5", mentioned: false }, "admitted group_policy_open"],
  ["a name of the agent's own", { ...telegram({ groupPolicy: "open" }), messages: { groupChat: { mentionPatterns: ["\\bada\\b"] } } }, { group: "-5", mentioned: false, text: "Hey Ada!" }, "admitted group_policy_open"],
];

describe("who may speak (spec 1.5)", () => {
  for (const [name, config, said, decision] of CASES) test(name, () => assert.equal(decide(config, said), decision));

  test("a stranger may ask to be let in, and only where pairing is asked for", () => {
    const outcome = admit(compileAdmission({}), message({ sender: "77" }));
    assert.ok(outcome.kind === "dropped" && outcome.mayAsk);
    const silent = admit(compileAdmission(telegram({ dmPolicy: "allowlist", allowFrom: ["2"] })), message({}));
    assert.ok(silent.kind === "dropped" && !silent.mayAsk);
  });

  test("a pattern that is none is refused, not ignored", () => {
    const config = { messages: { groupChat: { mentionPatterns: ["ada", "("] } } };
    assert.throws(() => compileAdmission(config), (error) => error instanceof ContinuoError && /mentionPatterns\[1\]/.test(error.message));
  });
});

test("whom session.owner names is let in by that, except where direct messages are disabled", () => {
  const decided = (config: AdmissionSource): string => admit(compileAdmission(config, ({ sender }) => sender.id === "1"), message({})).reason;
  assert.deepEqual([decided({}), decided(telegram({ dmPolicy: "allowlist", allowFrom: ["2"] })), decided(telegram({ dmPolicy: "disabled" }))], ["dm_owner", "dm_owner", "dm_policy_disabled"]);
});

const commands = (config: AdmissionSource, said: Said = {}): boolean | null => {
  const outcome = admit(compileAdmission(config), message(said));
  return outcome.kind === "admitted" ? outcome.commands : null;
};

test("commands: in a session of one's own, in a shared one only for those who are named", () => {
  assert.equal(commands(telegram({ dmPolicy: "open" })), true);
  const shared = { session: { dmScope: "main" as const }, ...telegram({ dmPolicy: "open", allowFrom: ["2", "*"] }) };
  assert.deepEqual([commands(shared), commands(shared, { sender: "2" })], [false, true]);
  assert.equal(commands({ ...shared, commands: { ownerAllowFrom: ["telegram:1"] } }), true);
  assert.deepEqual([commands(telegram({ groupPolicy: "open" }), { group: "-5" }), commands(telegram({ allowFrom: ["1"] }), { group: "-5" })], [false, true]);
});

const openDoor = { dmPolicy: "open" } as const;
const SHARED: readonly (readonly [name: string, config: AdmissionSource, said: Said])[] = [
  ["a global scope", { session: { scope: "global" }, ...telegram(openDoor) }, {}],
  ["the scope of one account", telegram({ ...openDoor, accounts: { work: { dmScope: "main" } } }), { account: "work" }],
  ["the scope of a binding", { ...telegram(openDoor), bindings: [{ match: { channel: "Telegram" }, session: { dmScope: "main" } }] }, {}],
];

for (const [name, config, said] of SHARED) {
  test(`a stranger who shares a session by ${name} cannot reset or stop it`, () => {
    assert.equal(commands(config, said), false);
    assert.equal(commands({ ...config, commands: { ownerAllowFrom: ["telegram:1"] } }, said), true);
  });
}

test("an account with a scope of its own leaves its guests their commands", () => {
  assert.equal(commands({ session: { dmScope: "main" }, ...telegram({ ...openDoor, accounts: { work: { dmScope: "per-channel-peer" } } }) }, { account: "work" }), true);
});

test("whom session.owner names may use the commands of a shared session that is open to all", () => {
  const outcome = admit(compileAdmission({ session: { dmScope: "main" }, ...telegram(openDoor) }, ({ sender }) => sender.id === "1"), message({}));
  assert.ok(outcome.kind === "admitted" && outcome.commands);
});
