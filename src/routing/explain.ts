import { isOperatorChannel } from "../domain/address.ts";
import { cutShort } from "../domain/cut-short.ts";
import type { ChatKind } from "../domain/message.ts";
import type { MatchedBy, RouteWhy, WhyRule } from "../domain/route.ts";

/** What an explanation has to know of the message besides its route. */
export interface RouteFacts {
  readonly channel: string;
  readonly account: string;
  readonly chatKind: ChatKind;
  readonly senderId: string;
  readonly thread: string | null;
  /** `you`: said to the sender in the chat; `sender`: said to an operator about them. */
  readonly to: "you" | "sender";
  /** Where the session is now, if a change has moved it since; else the key of the route. */
  readonly sessionKey: string;
}

type Rule = Exclude<MatchedBy, "explicit" | "default">;

const RULES: Readonly<Record<Rule, string>> = {
  "binding.peer": "peer",
  "binding.peer.parent": "a thread's room",
  "binding.peer.wildcard": "any peer",
  "binding.guild+roles": "server and role",
  "binding.guild": "server",
  "binding.team": "workspace",
  "binding.account": "account",
  "binding.channel": "whole channel",
  "channel.routing": "the channel's own routing",
};

/** What each scope does, as the end of a sentence. */
const SCOPES: Readonly<Record<Exclude<RouteWhy["scope"]["value"], "explicit">, string>> = {
  auto: "the owner's direct messages from all channels are one conversation, and everybody else has one of their own",
  main: "everybody whom it covers shares the agent's main conversation",
  "per-peer": "the same sender id on all channels is one conversation",
  "per-channel-peer": "each sender has a conversation of their own on each channel",
  "per-account-channel-peer": "each sender has a conversation of their own on each channel and on each of our accounts",
  group: "each room, and each thread in it, is a conversation of its own",
  global: "everything on all channels is one single conversation",
};

const PLACES: Readonly<Record<string, string>> = {
  agent: "the agent",
  channel: "the channel",
  account: "our account",
  peer: "the sender's id",
  chat: "the room's id",
  thread: "the thread's id",
  person: "the person's name",
};

const LONGEST = 120;
/** Line breaks, control characters and marks that turn the direction of writing: a name must not forge another line. */
// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** Somebody else's text as part of one line: at most 120 characters. */
export function oneLine(text: string): string {
  return cutShort(text.replace(UNSAFE, " ").trim(), LONGEST);
}

function isRule(rule: MatchedBy): rule is Rule {
  return rule !== "explicit" && rule !== "default";
}

function listed(words: readonly string[], last = "or"): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

function agentLine({ agent, scope }: RouteWhy, channel: string): string {
  const { id, matchedBy, tried } = agent;
  if (matchedBy === "explicit") {
    return `The client named ${scope.setBy === "message.agentId" ? "the agent" : "the session"} itself, so no rule chose the agent "${id}".`;
  }
  if (matchedBy === "default") {
    const configured = tried.some(({ outcome }) => outcome === "no-match");
    return `The agent is "${id}", the default one, because ${configured ? "no binding matched" : "nothing is bound on this channel"}.`;
  }
  const index = tried.find(({ outcome }) => outcome === "matched")?.index;
  const name = matchedBy === "channel.routing" ? `channels.${oneLine(channel)}.routing` : "bindings";
  const kind = matchedBy === "channel.routing" ? "" : ` (${RULES[matchedBy]})`;
  return `The agent is "${id}", because ${name}${index === undefined || index === null ? "" : `[${index}]`}${kind} matched.`;
}

/** The better rules that stood before the one that matched. */
function triedLine({ agent }: RouteWhy): string[] {
  const of = (outcome: WhyRule["outcome"]): string[] => agent.tried.flatMap((why) => (why.outcome === outcome && isRule(why.rule) ? [RULES[why.rule]] : []));
  const [rejected, absent] = [of("no-match"), of("not-configured")];
  if (rejected.length === 0 && absent.length === 0) return [];
  const tried = rejected.length === 0 ? "" : `Tried first, and did not match: ${listed(rejected, "and")}`;
  if (absent.length === 0) return [`${tried}.`];
  if (rejected.length === 0 && agent.matchedBy === "default") return [];
  const none = `no binding for ${listed(absent)}`;
  return [tried === "" ? `Better rules are not there: ${none}.` : `${tried}; ${none}.`];
}

function accountOf({ channel, account, senderId }: RouteFacts): string {
  const at = account === "" || account === "default" ? "" : `/${account}`;
  return oneLine(`${channel}${at}:${senderId === "" ? "unknown" : senderId}`);
}

function ownerBecause({ sender }: RouteWhy, facts: RouteFacts): string {
  const { ownerBy } = sender;
  const person = sender.person === null ? null : oneLine(sender.person);
  const you = facts.to === "you";
  if (ownerBy === "operator") return `${you ? "you write" : "they write"} from a client of the operator (${oneLine(facts.channel)})`;
  if (ownerBy === "people") return `${person ?? (you ? "you were" : "this sender was")} ${person === null ? "" : "is "}recorded as an owner among the people`;
  if (ownerBy === "session.owner") return `session.owner names ${person === null ? accountOf(facts) : `${person} or one of ${you ? "your" : "their"} linked accounts`}`;
  return `${ownerBy ?? "a setting"} lets in one id alone, and it is ${person === null ? accountOf(facts) : `${person}'s`}`;
}

function senderLines(why: RouteWhy, facts: RouteFacts): string[] {
  const { sender } = why;
  const subject = facts.to === "you" ? "You are" : `The sender ${accountOf(facts)} is`;
  const link = sender.link === null ? "" : `, by the link "${oneLine(sender.link)}"`;
  const person = sender.person === null ? [] : [`${subject} ${oneLine(sender.person)}${link}.`];
  if (sender.isOwner) return [...person, `${subject} the owner, because ${ownerBecause(why, facts)}.`];
  if (person.length > 0) return [...person, `${subject} not the owner: no setting says so.`];
  const nobody = facts.senderId === "" ? "nobody known: the platform gave no id of a sender" : `nobody known: no setting and no link names ${facts.to === "you" ? accountOf(facts) : "them"}`;
  return [`${subject} ${nobody}.`];
}

function scopeLine({ scope }: RouteWhy, { chatKind }: RouteFacts): string {
  if (scope.value === "explicit") return "Scopes were not asked, because the client named where it belongs.";
  const by = scope.setBy === "default" ? "by default" : `set by ${oneLine(scope.setBy)}`;
  const what = chatKind === "dm" || scope.value === "global" ? "The scope" : "The scope of rooms";
  return `${what} is "${scope.value}" (${by}): ${SCOPES[scope.value]}.`;
}

/** Why the key has this form. */
function formWords(why: RouteWhy, facts: RouteFacts): string {
  const { form } = why.key;
  const { isOwner, person } = why.sender;
  if (why.scope.value === "explicit") return "because the client asked for it";
  if (form === "global") return "the one conversation there is";
  const places = [...form.matchAll(/\{(\w+)\}/g)].map(([, place]) => PLACES[place ?? ""] ?? "").filter((words) => words !== "");
  const parts = listed([...new Set(places)], "and");
  if (places.length === 1) {
    if (isOperatorChannel(facts.channel)) return "the agent's main conversation, because operators write there";
    return why.scope.value === "auto" && isOwner ? "the agent's main conversation, because the owner writes" : "the agent's main conversation";
  }
  if (form.includes(":person:") && person !== null) return `made of ${parts}, because linked accounts share one`;
  return `made of ${parts}${facts.thread === null ? "" : ", because it was said in a thread"}`;
}

function keyLines(why: RouteWhy, facts: RouteFacts): string[] {
  const key = oneLine(why.key.sessionKey);
  const moved = facts.sessionKey === why.key.sessionKey ? [] : [`A change has moved it since: it belongs to ${oneLine(facts.sessionKey)} now.`];
  return [`So the session is ${key}: ${formWords(why, facts)}.`, ...moved];
}

/**
 * A route in plain words, one sentence a line, 8 lines at most: the agent rules tried and matched, who the sender is
 * taken for and by which setting, the scope and where it was set, the key and why it has this form. Pure; also said
 * in chats (`/why`): nothing in it but the settings' names and what the sender's own message brought.
 */
export function explainRoute(why: RouteWhy, facts: RouteFacts): string[] {
  return [agentLine(why, facts.channel), ...triedLine(why), ...senderLines(why, facts), scopeLine(why, facts), ...keyLines(why, facts)];
}
