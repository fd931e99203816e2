import { isOperatorChannel } from "../domain/address.ts";
import { normalizeAgentId } from "../domain/agent-id.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { Route, RouteWhy } from "../domain/route.ts";
import type { AgentWhy, Choice } from "./bindings.ts";
import { compileRouting, type ChannelRouting, type CompiledRouting, type ScopeWhy } from "./compile.ts";
import { canonicalKey, fillForm, idSegment, nameSegment, peerAudience, resetPlace, roomAudience, type Places } from "./keys.ts";
import { inboundFrom, isInbound, type RoutingMessage } from "./message.ts";
import { OPERATOR, type SenderWhy } from "./people.ts";
import type { RoutingSource } from "./source.ts";

interface KeyOf {
  readonly sessionKey: string;
  readonly form: string;
}

/** What a key is made of; each is one encoded segment. */
interface Parts {
  readonly compiled: CompiledRouting;
  readonly channel: ChannelRouting;
  readonly account: string;
  readonly message: InboundMessage;
  readonly sender: SenderWhy;
  readonly agentId: string;
}

/** A topic inside a direct chat (spec 2.7); where the key does not say which chat, the suffix does. */
function withDmThread(key: string, form: string, hasChannel: boolean, hasAccount: boolean, parts: Parts): KeyOf {
  const { address } = parts.message;
  if (address.thread === null) return { sessionKey: key, form };
  const tail = `${idSegment(address.chat)}:${idSegment(address.thread)}`;
  const account = nameSegment(parts.account, parts.compiled.main);
  // The form of spec 2.7 is Telegram's; another channel's chat could have the same numbers.
  const isUsual = parts.account === parts.channel.defaultAccount && (hasChannel || parts.channel.name === "telegram");
  if (hasAccount || isUsual) {
    return { sessionKey: `${key}:thread:${tail}`, form: `${form}:thread:{chat}:{thread}` };
  }
  if (hasChannel) return { sessionKey: `${key}:thread:${account}:${tail}`, form: `${form}:thread:{account}:{chat}:{thread}` };
  return { sessionKey: `${key}:thread:${parts.channel.segment}:${account}:${tail}`, form: `${form}:thread:{channel}:{account}:{chat}:{thread}` };
}

function mainKey(parts: Parts): KeyOf {
  const { agentId, compiled } = parts;
  return { sessionKey: `agent:${agentId}:${compiled.main}`, form: `agent:{agent}:${compiled.main}` };
}

/** Spec 2.4 with A1 to A4. */
function dmKey(scope: ScopeWhy["value"], parts: Parts): KeyOf {
  const { agentId, sender, channel, message, compiled } = parts;
  if (scope === "main" || (scope === "auto" && sender.isOwner)) {
    const main = mainKey(parts);
    return withDmThread(main.sessionKey, main.form, false, false, parts);
  }
  if (sender.person !== null) {
    return withDmThread(`agent:${agentId}:person:${idSegment(sender.person)}`, "agent:{agent}:person:{person}", false, false, parts);
  }
  const peer = idSegment(message.sender.id);
  if (scope === "per-peer") return withDmThread(`agent:${agentId}:dm:${peer}`, "agent:{agent}:dm:{peer}", false, false, parts);
  if (scope === "per-account-channel-peer") {
    const account = nameSegment(parts.account, compiled.main);
    const form = "agent:{agent}:{channel}:{account}:dm:{peer}";
    return withDmThread(`agent:${agentId}:${channel.segment}:${account}:dm:${peer}`, form, true, true, parts);
  }
  return withDmThread(`agent:${agentId}:${channel.segment}:dm:${peer}`, "agent:{agent}:{channel}:dm:{peer}", true, false, parts);
}

/** A room of its own (spec 2.7); two of our accounts in one room are two listeners, so the second is named (A2). */
function roomKey(parts: Parts): KeyOf {
  const { agentId, channel, message, account, compiled } = parts;
  const { chat, thread } = message.address;
  const marker = message.chatKind === "channel" ? "channel" : "group";
  const named = account === channel.defaultAccount;
  const owner = named ? "" : `:${nameSegment(account, compiled.main)}`;
  const key = `agent:${agentId}:${channel.segment}${owner}:${marker}:${idSegment(chat)}`;
  const form = `agent:{agent}:{channel}${named ? "" : ":{account}"}:${marker}:{chat}`;
  if (thread === null) return { sessionKey: key, form };
  const suffix = channel.name === "telegram" ? "topic" : "thread";
  return { sessionKey: `${key}:${suffix}:${idSegment(thread)}`, form: `${form}:${suffix}:{thread}` };
}

function scopeOf(parts: Parts, choice: Choice): ScopeWhy {
  const { compiled, channel, message, account } = parts;
  if (compiled.scope === "global") return { value: "global", setBy: "session.scope" };
  if (message.chatKind !== "dm") {
    if (choice.groupScope === "main") return { value: "main", setBy: `${choice.setBy}.groupScope` };
    if (choice.groupScope === undefined && compiled.groupScope === "main") return { value: "main", setBy: "session.groupScope" };
    return { value: "group", setBy: choice.groupScope === undefined ? "default" : `${choice.setBy}.groupScope` };
  }
  if (choice.dmScope !== undefined) return { value: choice.dmScope, setBy: `${choice.setBy}.dmScope` };
  return channel.accountScopes.get(account) ?? channel.dmScope;
}

function keyFor(scope: ScopeWhy, parts: Parts): KeyOf {
  if (scope.value === "global") return { sessionKey: "global", form: "global" };
  if (parts.message.chatKind === "dm") return dmKey(parts.sender === OPERATOR ? "main" : scope.value, parts);
  return scope.value === "main" ? mainKey(parts) : roomKey(parts);
}

/** Who can read what is said in this chat (docs/formats.md): laws 4 and 5 are checked against it. */
function audienceOf(parts: Pick<Parts, "sender" | "channel" | "account" | "message">): string {
  const { sender, channel, account, message } = parts;
  if (message.chatKind !== "dm") return roomAudience(channel.name, account, message.address.chat, message.address.thread);
  if (sender.isOwner) return "owner";
  if (sender.person !== null) return `person:${idSegment(sender.person)}`;
  return peerAudience(channel.name, account, message.sender.id);
}

/** Scopes by which others speak in the same session too; an operator who names one knows whose it is. */
const SHARING: readonly ScopeWhy["value"][] = ["main", "per-peer", "global", "explicit"];

const NAMED: AgentWhy["tried"] = Object.freeze([{ rule: "explicit", outcome: "matched", index: null }] as const);

/** An operator's client named the session or the agent itself (spec 2.7). */
function explicitRoute(parts: Parts, sessionKey: string | null, agentId: string | null): Pick<RouteWhy, "agent" | "scope" | "key"> {
  const { compiled } = parts;
  const agent = agentId === null ? parts.agentId : normalizeAgentId(agentId);
  const named = canonicalKey(sessionKey ?? compiled.main, agent, compiled.main);
  const isMain = named.sessionKey === `agent:${named.agentId}:${compiled.main}`;
  const key = compiled.scope === "global" && isMain ? "global" : named.sessionKey;
  return {
    agent: { id: named.agentId, matchedBy: "explicit", tried: NAMED },
    scope: { value: "explicit", setBy: sessionKey === null ? "message.agentId" : "message.sessionKey" },
    key: { sessionKey: key, form: key },
  };
}

function blank(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text;
}

function partsOf(compiled: CompiledRouting, message: InboundMessage, agentId: string): Parts {
  const channel = compiled.channel(message.address.channel);
  const account = message.address.account === "" ? channel.defaultAccount : message.address.account;
  const sender = isOperatorChannel(channel.name) ? OPERATOR : compiled.people.whoIs(channel.name, account, message.sender.id, message.sender.aliases);
  return { compiled, channel, account, message, sender, agentId };
}

function resolveInbound(compiled: CompiledRouting, message: InboundMessage): Route {
  const unrouted = partsOf(compiled, message, compiled.defaultAgentId);
  const choice = unrouted.channel.chooser.choose(message, unrouted.account);
  const parts = { ...unrouted, agentId: choice.agent.id };
  const { sender } = parts;
  const typedKey = message.target === null ? null : blank(message.target.sessionKey);
  const typedAgent = message.target === null ? null : blank(message.target.agentId);
  const explicit = typedKey !== null || typedAgent !== null;
  let why: RouteWhy;
  if (explicit) why = { ...explicitRoute(parts, typedKey, typedAgent), sender };
  else {
    const scope = scopeOf(parts, choice);
    why = { agent: choice.agent, scope, sender, key: keyFor(scope, parts) };
  }
  const { sessionKey } = why.key;
  const mainSessionKey = compiled.scope === "global" ? "global" : `agent:${why.agent.id}:${compiled.main}`;
  return {
    agentId: why.agent.id,
    sessionKey,
    mainSessionKey,
    resetType: resetPlace(message, sessionKey).type,
    audience: audienceOf(parts),
    isOwner: sender.isOwner,
    person: sender.person,
    shared: SHARING.includes(why.scope.value),
    pinned: message.chatKind === "dm" && !sender.isOwner && sessionKey === mainSessionKey && compiled.people.isPinned(parts.channel.name, parts.account),
    why,
  };
}

/** Who reads what is said at an address, as the people are known now; in a private chat `sender` is the other side. */
export function resolveAudience(compiled: CompiledRouting, message: InboundMessage): string {
  return audienceOf(partsOf(compiled, message, compiled.defaultAgentId));
}

function isCompiled(config: RoutingSource | CompiledRouting): config is CompiledRouting {
  return "kind" in config && config.kind === "compiled-routing";
}

/**
 * Which agent and which session a message belongs to, and why (spec 2 with A1 to A4, A15). Pure: no I/O,
 * no clock. `config` is the object of `openclaw.json`, or what `compileRouting` made of it: compile
 * once where many messages are routed. Throws SESSION_KEY_INVALID for a malformed `sessionKey`,
 * CONFIG_INVALID for a scope that does not exist.
 */
export function resolveRoute(config: RoutingSource | CompiledRouting, message: InboundMessage | RoutingMessage): Route {
  const compiled = isCompiled(config) ? config : compileRouting(config);
  return resolveInbound(compiled, isInbound(message) ? message : inboundFrom(message));
}

/**
 * The session key that an explanation leads to for a message, from the explanation alone: what `why`
 * says is what was done. The result equals `why.key.sessionKey` (a property test holds it to that).
 */
export function replayRoute(why: RouteWhy, config: RoutingSource | CompiledRouting, message: InboundMessage | RoutingMessage): string {
  if (why.scope.value === "explicit") return why.key.form;
  const compiled = isCompiled(config) ? config : compileRouting(config);
  const inbound = isInbound(message) ? message : inboundFrom(message);
  const { channel, account } = partsOf(compiled, inbound, why.agent.id);
  const places: Places = {
    agent: why.agent.id,
    channel: channel.segment,
    account: nameSegment(account, compiled.main),
    peer: idSegment(inbound.sender.id),
    chat: idSegment(inbound.address.chat),
    thread: idSegment(inbound.address.thread ?? ""),
    person: idSegment(why.sender.person ?? ""),
  };
  return fillForm(why.key.form, places);
}
