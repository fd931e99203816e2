import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { admit, compileAdmission, type AdmissionSource } from "../../admission/index.ts";
import { directMessage, type InboundMessage } from "../../domain/message.ts";
import type { BeganReason } from "../../domain/session.ts";
import { compileRouting, resolveRoute, type RoutingSource } from "../../routing/index.ts";
import { resetPolicy, type ResetPolicy, type ResetSource } from "../../sessions/reset.ts";
import { removeStateDir, storeIn } from "../../../test/store/database.ts";
import { finishTurn } from "../../store/statements/finish-turn.ts";
import { insertConversation } from "../../store/statements/insert-conversation.ts";
import { insertDelivery } from "../../store/statements/insert-delivery.ts";
import { insertInboxItem } from "../../store/statements/insert-inbox-item.ts";
import { insertSession } from "../../store/statements/insert-session.ts";
import { insertTurn } from "../../store/statements/insert-turn.ts";
import { claimQueuedItems } from "../../store/statements/claim-queued-items.ts";
import { upsertDrop } from "../../store/statements/upsert-drop.ts";
import type { Store } from "../../store/store.ts";
import { ADMISSION_REASONS, admissionWords } from "./admission.ts";
import { explainMessage, type Why } from "./explain-message.ts";
import { findMessage, readHypothetical, readStored } from "./read-message.ts";
import { explainReply, type ReplyFacts } from "./reply.ts";
import { explainReset, type ResetFacts } from "./reset.ts";
import type { ExplainSettings } from "./settings.ts";

const NOW = Date.parse("2026-11-21T10:00:00Z");
const MINUTE = 60_000;

test("every reason that admission can give has words of its own", () => {
  const source = readFileSync(new URL("../../admission/admit.ts", import.meta.url), "utf8");
  const given = [...source.matchAll(/"((?:operator|[a-z]+_[a-z_]+))"/g)].map(([, reason]) => reason ?? "");
  assert.ok(given.length >= 16, String(given.length));
  assert.deepEqual([...new Set(given)].filter((reason) => !ADMISSION_REASONS.includes(reason)), []);
  assert.equal(new Set(ADMISSION_REASONS.map(admissionWords)).size, ADMISSION_REASONS.length);
  assert.equal(admissionWords("constructor"), "The reason was constructor.");
});

test("whether a conversation went on or began is told with the policy's figures", () => {
  const none: ResetPolicy = { mode: "none", atHour: 4, idleMinutes: 0 };
  const idle: ResetPolicy = { mode: "idle", atHour: 4, idleMinutes: 120 };
  const daily: ResetPolicy = { mode: "daily", atHour: 4, idleMinutes: 0 };
  const began = (reason: BeganReason, policy: ResetPolicy): ResetFacts => ({ kind: "decided", policy, began: reason, startedAt: NOW });
  const wentOn = (policy: ResetPolicy): ResetFacts => ({ kind: "decided", policy, began: null, startedAt: NOW });
  const asked = (policy: ResetPolicy, quietFor: number, messages = 3): ResetFacts => ({ kind: "asked", policy, now: NOW, session: { startedAt: NOW - quietFor, lastInteractionAt: NOW - quietFor, messages } });
  const table: readonly (readonly [ResetFacts, string, string])[] = [
    [wentOn(none), "went-on", "It went on in the conversation that began 2026-11-21 10:00 UTC: sessions do not reset by themselves (reset mode: none)."],
    [wentOn(idle), "went-on", "It went on in the conversation that began 2026-11-21 10:00 UTC: the session had been idle for less than 120 minutes."],
    [wentOn({ ...daily, idleMinutes: 1 }), "went-on", "It went on in the conversation that began 2026-11-21 10:00 UTC: no daily reset (04:00) had passed since it began and the session had been idle for less than 1 minute."],
    [began("daily", daily), "began", "A new conversation (session id) began with it: the daily reset had passed since the one before began (04:00)."],
    [began("idle", idle), "began", "A new conversation (session id) began with it: the session had been idle for too long (over 120 minutes)."],
    [began("idle", none), "began", "A new conversation (session id) began with it: the session had been idle for too long."],
    [began("first-message", none), "began", "A new conversation (session id) began with it: it was the first message of this session."],
    [began("new", none), "began", "A new conversation (session id) began with it: the sender asked for it with /new."],
    [began("reset", none), "began", "A new conversation (session id) began with it: the sender asked for it with /reset."],
    [began("resumed", none), "began", "A new conversation (session id) began with it: an earlier conversation was taken up again."],
    [began("repartitioned", none), "began", "A new conversation (session id) began with it: a change of the settings or of the people moved it here."],
    [asked(idle, 120 * MINUTE), "would-go-on", "It would go on in the session's conversation: the session had been idle for less than 120 minutes."],
    [asked(idle, 121 * MINUTE), "would-begin", "A new conversation (session id) would begin with it: the session had been idle for too long (over 120 minutes)."],
    [asked(idle, 121 * MINUTE, 0), "would-go-on", "It would go on in the session's conversation: the session had been idle for less than 120 minutes."],
    [{ kind: "asked", policy: idle, now: NOW, session: null }, "would-begin", "A conversation would begin with it: it would be the first message of this session."],
    [{ kind: "undecided", policy: none, waiting: true }, "undecided", "Whether it goes on in the same conversation is decided when its turn begins."],
    [{ kind: "undecided", policy: none, waiting: false }, "undecided", "It was answered at once and is in no conversation."],
  ];
  for (const [facts, decision, words] of table) assert.deepEqual([explainReset(facts).decision, explainReset(facts).words], [decision, words]);
});

type Sent = Extract<ReplyFacts, { kind: "turn" }>["deliveries"][number];

test("where a reply goes is told, docked or not, with what became of it", () => {
  const from = { channel: "telegram", account: "default", chat: "42", thread: null };
  const to = { channel: "discord", account: "work", chat: "9", thread: "3" };
  const delivery: Sent = { state: "sent", attempts: 1, error: null, settled_at: NOW };
  const turn = (state: string, error: string | null = null): ReplyFacts => ({ kind: "turn", from, to: from, audience: "peer:telegram:default:42", turn: { state, error }, deliveries: [] });
  const sent = (changed: Partial<Sent>): ReplyFacts => ({ ...turn("committed"), deliveries: [{ ...delivery, ...changed }] }) as ReplyFacts;
  const table: readonly (readonly [ReplyFacts, RegExp])[] = [
    [sent({}), /^The reply goes back to where the message came from, telegram:42; it is read there by telegram 42\. It was sent \(2026-11-21 10:00:00 UTC\)\.$/],
    [{ ...turn("committed"), to, deliveries: [delivery] } as ReplyFacts, /^The reply goes to discord\/work:9, thread 3, where its person has docked, and not to telegram:42;/],
    [sent({ state: "pending", attempts: 0 }), /It waits to be sent\.$/],
    [sent({ state: "pending", attempts: 2, error: "CHANNEL_UNAVAILABLE: 502" }), /It was tried 2 times and is tried again: CHANNEL_UNAVAILABLE: 502\.$/],
    [sent({ state: "sending" }), /It is being sent\.$/],
    [sent({ state: "failed", error: "blocked" }), /It could not be sent: blocked\.$/],
    [sent({ state: "held", error: "Bob would read it too" }), /It is held until the owner lets it go: Bob would read it too\.$/],
    [sent({ state: "unknown" }), /it may have arrived or not; it is not sent twice\.$/],
    [sent({ state: "dropped" }), /Its state is dropped\.$/],
    [turn("running"), /The turn is running; the reply comes when it ends\.$/],
    [turn("aborted", "TURN_ABORTED"), /The turn ended as "aborted" \(TURN_ABORTED\), and nothing was sent\.$/],
    [turn("committed"), /There was nothing to send\.$/],
    [{ ...turn("committed"), from: { ...from, channel: "webchat" }, to: { ...from, channel: "webchat" } } as ReplyFacts, /Clients of the operator read it from the conversation itself/],
    [{ kind: "asked", from, to, audience: "owner" }, /^The reply would go to discord\/work:9, thread 3, where its person has docked, and not to telegram:42; it is read there by the owner\.$/],
  ];
  for (const [facts, words] of table) assert.match(explainReply(facts)?.words ?? "", words);
  assert.equal(explainReply({ kind: "none", waiting: true }), null);
});

const CONFIG: RoutingSource & AdmissionSource & { readonly session: ResetSource } = {
  session: { identityLinks: { Ann: ["telegram:42"] }, reset: { mode: "idle", idleMinutes: 120 } },
  channels: { telegram: { dmPolicy: "allowlist", allowFrom: [42, 43] } },
} as never;

function settingsOf(): ExplainSettings {
  const [routing, admission] = [compileRouting(CONFIG), compileAdmission(CONFIG)];
  return { admit: (message) => admit(admission, message), route: (message) => resolveRoute(routing, message), resetPolicy: (type, channel) => resetPolicy(CONFIG.session, type, channel) };
}

function said(messageId: string, chat: string, text = "hello"): InboundMessage {
  return directMessage({ channel: "telegram", account: "default", senderId: "42" }, { messageId, text, address: { channel: "telegram", account: "default", chat, thread: null }, sentAt: NOW });
}

async function keep(store: Store, id: string, message: InboundMessage): Promise<void> {
  const route = settingsOf().route(message);
  await store.run(insertInboxItem, {
    ...{ id, run_id: `run-${id}`, agent_id: route.agentId, session_key: route.sessionKey, state: "queued", message_id: message.messageId, accepted_at: NOW },
    ...{ ...message.address, sender_id: message.sender.id, sender_name: null, person: route.person, audience: route.audience },
    ...{ message: JSON.stringify({ message, command: null, shared: false, pinned: false }), why: JSON.stringify(route.why) },
  });
}

async function answer(store: Store, message: InboundMessage): Promise<void> {
  const { sessionKey: key, agentId, audience } = settingsOf().route(message);
  const at = { ...message.address, audience, peer: "42", reply_to: null };
  await store.run(insertSession, { key, agent_id: agentId, session_id: "s1", chat_kind: "dm", channel: "telegram", display_name: null, audience, created_at: NOW, updated_at: NOW, interaction_at: NOW, last_route: null, dock: null });
  await store.run(insertConversation, { session_id: "s1", key, began_at: NOW, began_reason: "first-message" });
  await store.run(claimQueuedItems, { session_key: key, turn_id: "t1", through: 10 });
  await store.run(insertTurn, { id: "t1", run_id: "run-a", session_key: key, session_id: "s1", agent_id: agentId, attempt: 1, holder: "h", fence: 1, lease_until: NOW, started_at: NOW, ...at });
  await store.run(finishTurn, { id: "t1", fence: 1, state: "committed", ended_at: NOW, error: null });
  await store.run(insertDelivery, { id: "d1", turn_id: "t1", session_key: key, ...at, state: "pending", text: "hi", due_at: NOW, draft: null, created_at: NOW });
}

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-why-"));
  const store = await storeIn(directory);
  try {
    await use(store);
  } finally {
    await store.close();
    await removeStateDir(directory);
  }
}

async function whyOf(store: Store, name: string): Promise<Why> {
  const found = await findMessage(store, name);
  assert.equal(found.kind, "one");
  return explainMessage(await readStored(store, settingsOf(), found.row));
}

test("a stored message is found by its platform's id, its run's and its own, and explained from what was stored", () =>
  withStore(async (store) => {
    await keep(store, "a", said("4711", "42"));
    await answer(store, said("4711", "42"));
    for (const name of ["4711", "run-a", "a"]) {
      const why = await whyOf(store, name);
      assert.equal(why.message?.id, "a");
      assert.deepEqual(why.lines, [
        'It was let in when it came. By the settings of now: allowFrom names the sender, or everybody with "*".',
        'The agent is "main", the default one, because nothing is bound on this channel.',
        'The sender telegram:42 is Ann, by the link "Ann: telegram:42".',
        "The sender telegram:42 is not the owner: no setting says so.",
        'The scope is "auto" (by default): the owner\'s direct messages from all channels are one conversation, and everybody else has one of their own.',
        "So the session is agent:main:person:Ann: made of the agent and the person's name, because linked accounts share one.",
        "A new conversation (session id) began with it: it was the first message of this session.",
        "The reply goes back to where the message came from, telegram:42; it is read there by Ann. It waits to be sent.",
      ]);
    }
    assert.equal((await findMessage(store, "nothing")).kind, "none");
  }));

test("an id that several chats count alike lists them, and a message without a turn has no reply yet", () =>
  withStore(async (store) => {
    await keep(store, "a", said("1", "42"));
    await keep(store, "b", said("1", "-100", "x".repeat(500)));
    const found = await findMessage(store, "1");
    assert.equal(found.kind, "many");
    assert.deepEqual(found.candidates.map(({ id, chat, text }) => [id, chat, text.length]), [["b", "-100", 200], ["a", "42", 5]]);
    const why = await whyOf(store, "a");
    assert.deepEqual([why.reply, why.reset.decision], [null, "undecided"]);
  }));

test("a message that nobody wrote is explained by the settings of now, with what of its sender was refused", () =>
  withStore(async (store) => {
    const drop = { channel: "telegram", account: "default", chat: "99", sender_id: "99", sender_name: "Eve", reason: "dm_policy_not_allowlisted", at: NOW };
    await store.run(upsertDrop, drop);
    await store.run(upsertDrop, drop);
    const asked = directMessage({ channel: "telegram", account: "", senderId: "99" });
    const why = explainMessage(await readHypothetical(store, settingsOf(), asked, NOW));
    assert.equal(why.admission.admitted, false);
    assert.deepEqual(why.refused.map(({ reason, count }) => [reason, count]), [["dm_policy_not_allowlisted", 2]]);
    assert.match(why.lines[0] ?? "", /^2 messages of this sender were refused, the last at 2026-11-21 10:00 UTC: Only those whom allowFrom names/);
    assert.match(why.lines[1] ?? "", /^It would be refused, and reach neither a session nor a model\./);
    assert.equal(why.lines[2], "If it were let in:");
    assert.equal(why.route.sessionKey, "agent:main:telegram:dm:99");
  }));

test("a dock is told before anything is sent, and only to the person whose it is", () =>
  withStore(async (store) => {
    const address = { channel: "discord", account: "default", chat: "9", thread: null };
    const route = settingsOf().route(said("1", "42"));
    const dock = (audience: string) => ({ key: route.sessionKey, agent_id: "main", session_id: "s1", chat_kind: "dm", channel: "telegram", display_name: null, audience: route.audience, created_at: NOW, updated_at: NOW, interaction_at: NOW, last_route: null, dock: JSON.stringify({ address, audience, since: NOW }) });
    await store.run(insertSession, dock("person:Ann"));
    const mine = explainMessage(await readHypothetical(store, settingsOf(), said("1", "42"), NOW));
    assert.deepEqual([mine.reply?.docked, mine.reply?.address], [true, address]);
    const other = explainMessage(await readHypothetical(store, settingsOf(), directMessage({ channel: "telegram", account: "", senderId: "43" }), NOW));
    assert.equal(other.reply?.docked, false);
  }));
