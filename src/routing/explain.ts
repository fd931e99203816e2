import { isOperatorChannel } from "../domain/address.ts";
import { cutShort } from "../domain/cut-short.ts";
import type { ChatKind } from "../domain/message.ts";
import type { MatchedBy, RouteWhy, WhyRule } from "../domain/route.ts";
import type { Say } from "../texts/index.ts";

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

const PARTS: readonly string[] = ["agent", "channel", "account", "peer", "chat", "thread", "person"] satisfies Part[];
type Part = "agent" | "channel" | "account" | "peer" | "chat" | "thread" | "person";

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

function listed(say: Say, words: readonly string[], how: "why.and" | "why.or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : say(how, { first: words.slice(0, -1).join(say("why.comma")), last });
}

function agentLine({ agent, scope }: RouteWhy, channel: string, say: Say): string {
  const { id, matchedBy, tried } = agent;
  if (matchedBy === "explicit") return say(scope.setBy === "message.agentId" ? "why.agent.named" : "why.agent.session", { id });
  if (matchedBy === "default") return say(tried.some(({ outcome }) => outcome === "no-match") ? "why.agent.unmatched" : "why.agent.unbound", { id });
  const index = tried.find(({ outcome }) => outcome === "matched")?.index;
  const at = index === undefined || index === null ? "" : `[${index}]`;
  if (matchedBy === "channel.routing") return say("why.agent.matched", { id, rule: `channels.${oneLine(channel)}.routing${at}` });
  return say("why.agent.matched", { id, rule: say("why.rule", { name: `bindings${at}`, kind: say(`why.${matchedBy}`) }) });
}

/** The better rules that stood before the one that matched. */
function triedLine({ agent }: RouteWhy, say: Say): string[] {
  const of = (outcome: WhyRule["outcome"]): string[] => agent.tried.flatMap((why) => (why.outcome === outcome && isRule(why.rule) ? [say(`why.${why.rule}`)] : []));
  const [rejected, missing] = [of("no-match"), of("not-configured")];
  const rules = listed(say, rejected, "why.and");
  const absent = listed(say, missing, "why.or");
  if (missing.length === 0) return rejected.length === 0 ? [] : [say("why.tried", { rules })];
  if (rejected.length > 0) return [say("why.tried.absent", { rules, absent })];
  return agent.matchedBy === "default" ? [] : [say("why.absent", { absent })];
}

function accountOf({ channel, account, senderId }: RouteFacts): string {
  const at = account === "" || account === "default" ? "" : `/${account}`;
  return oneLine(`${channel}${at}:${senderId === "" ? "unknown" : senderId}`);
}

function ownerBecause({ sender }: RouteWhy, facts: RouteFacts, say: Say): string {
  const { ownerBy } = sender;
  const { to } = facts;
  const person = sender.person === null ? null : oneLine(sender.person);
  const account = accountOf(facts);
  if (ownerBy === "operator") return say(`why.${to}.operator`, { channel: oneLine(facts.channel) });
  if (ownerBy === "people") return person === null ? say(`why.${to}.people`) : say("why.person.people", { person });
  if (ownerBy === "session.owner") return person === null ? say("why.account.listed", { account }) : say(`why.${to}.listed`, { person });
  const setting = ownerBy ?? say("why.a-setting");
  return person === null ? say("why.account.sole", { setting, account }) : say("why.person.sole", { setting, person });
}

function senderLines(why: RouteWhy, facts: RouteFacts, say: Say): string[] {
  const { sender } = why;
  const { to } = facts;
  const account = accountOf(facts);
  const person = sender.person === null ? null : oneLine(sender.person);
  const who = person === null ? [] : [sender.link === null ? say(`why.${to}.person`, { account, person }) : say(`why.${to}.linked`, { account, person, link: oneLine(sender.link) })];
  if (sender.isOwner) return [...who, say(`why.${to}.owner`, { account, because: ownerBecause(why, facts, say) })];
  if (who.length > 0) return [...who, say(`why.${to}.no-owner`, { account })];
  return [say(facts.senderId === "" ? `why.${to}.no-id` : `why.${to}.nobody`, { account })];
}

function scopeLine({ scope }: RouteWhy, { chatKind }: RouteFacts, say: Say): string {
  const { value } = scope;
  if (value === "explicit") return say("why.scope.named");
  const what = chatKind === "dm" || value === "global" ? "scope" : "rooms";
  const does = say(`why.does.${value}`);
  return scope.setBy === "default" ? say(`why.${what}.default`, { scope: value, does }) : say(`why.${what}.set`, { scope: value, by: oneLine(scope.setBy), does });
}

function isPart(name: string | undefined): name is Part {
  return name !== undefined && PARTS.includes(name);
}

/** Why the key has this form. */
function formWords(why: RouteWhy, facts: RouteFacts, say: Say): string {
  const { form } = why.key;
  const { isOwner, person } = why.sender;
  if (why.scope.value === "explicit") return say("why.form.asked");
  if (form === "global") return say("why.form.global");
  const places = [...form.matchAll(/\{(\w+)\}/g)].flatMap(([, place]) => (isPart(place) ? [say(`why.part.${place}`)] : []));
  if (places.length === 1) {
    if (isOperatorChannel(facts.channel)) return say("why.form.operator");
    return say(why.scope.value === "auto" && isOwner ? "why.form.owner" : "why.form.main");
  }
  const parts = listed(say, [...new Set(places)], "why.and");
  if (form.includes(":person:") && person !== null) return say("why.form.person", { parts });
  return say(facts.thread === null ? "why.form.parts" : "why.form.thread", { parts });
}

function keyLines(why: RouteWhy, facts: RouteFacts, say: Say): string[] {
  const moved = facts.sessionKey === why.key.sessionKey ? [] : [say("why.moved", { key: oneLine(facts.sessionKey) })];
  return [say("why.key", { key: oneLine(why.key.sessionKey), form: formWords(why, facts, say) }), ...moved];
}

/**
 * A route in plain words, one sentence a line, 8 lines at most: the agent rules tried and matched, who the sender is
 * taken for and by which setting, the scope and where it was set, the key and why it has this form. Pure; also said
 * in chats (`/why`), in the language of whoever asks: nothing in it but the settings' names and what the sender's own
 * message brought.
 */
export function explainRoute(why: RouteWhy, facts: RouteFacts, say: Say): string[] {
  return [agentLine(why, facts.channel, say), ...triedLine(why, say), ...senderLines(why, facts, say), scopeLine(why, facts, say), ...keyLines(why, facts, say)];
}
