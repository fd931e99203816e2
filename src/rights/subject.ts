import { isOperatorChannel } from "../domain/address.ts";
import { nameKey } from "../routing/people.ts";

/** An account of somebody. `account` is null where the configuration file names it for all of ours. */
export interface SubjectAccount {
  readonly channel: string;
  readonly account: string | null;
  readonly peer: string;
}

/** Whom something is about, over all their accounts; plain data, so that it survives a restart. */
export interface Subject {
  readonly name: string | null;
  readonly personId: string | null;
  readonly isOwner: boolean;
  readonly accounts: readonly SubjectAccount[];
}

/** What tells whether something is theirs. */
export interface Recognised {
  readonly subject: Subject;
  isAccount(channel: unknown, account: unknown, peer: unknown): boolean;
  isName(name: unknown): boolean;
  /** As usage and read marks name them. */
  isWho(who: string): boolean;
  /** Whether the key of a session says that it is their private one. */
  ownsKey(key: string): boolean;
  /** The same words without them. */
  withoutThem(text: string): string;
  mentions(text: unknown): boolean;
}

/** Ids that are too short to be looked for by themselves: `42` is also a number. */
export const SHORTEST_ID = 5;

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // it was not encoded by us
  }
}

function bounded(pattern: string): string {
  return `(?<![\\p{L}\\p{N}_])(?:${pattern})(?![\\p{L}\\p{N}_])`;
}

/** The ways in which keys, audiences and the ledger write an account. */
function waysToWrite({ channel, account, peer }: SubjectAccount): string[] {
  const on = channel === "*" ? "[^\\s:/]+" : escaped(channel);
  const at = account === null ? "[^\\s:/]+" : escaped(account);
  const id = [...new Set([peer, encodeURIComponent(peer), peer.replaceAll("%", "%25").replaceAll(":", "%3A")])].map(escaped).join("|");
  const words = [`${on}/(?:${at}/)?(?:${id})`, `(?:peer:)?${on}:(?:${at}:)?(?:dm:)?(?:${id})`, `dm:(?:${id})`, `${on} (?:${id})`];
  return peer.length < SHORTEST_ID ? words : [...words, id];
}

/** As they are spelled: a person called Will is not every "will". */
function patternOf(subject: Subject): RegExp | null {
  const ways = subject.accounts.flatMap(waysToWrite).toSorted((a, b) => b.length - a.length);
  const names = subject.name === null ? [] : [`person:(?:${escaped(subject.name)}|${escaped(encodeURIComponent(subject.name))})`, escaped(subject.name)];
  const all = [...ways, ...names];
  return all.length === 0 ? null : new RegExp(bounded(all.join("|")), "gu");
}

/** Compiles a subject; `pseudonym` is what they are called where they may not be named. */
export function recognise(subject: Subject, pseudonym: string): Recognised {
  const key = subject.name === null ? null : nameKey(subject.name);
  const pattern = patternOf(subject);
  const isName = (name: unknown): boolean => key !== null && typeof name === "string" && nameKey(name) === key;
  const isAccount = (channel: unknown, account: unknown, peer: unknown): boolean =>
    (subject.isOwner && isOperatorChannel(String(channel))) ||
    subject.accounts.some((one) => one.peer === peer && (one.channel === "*" || one.channel === channel) && (one.account === null || account === null || one.account === account));
  const withoutThem = (text: string): string => {
    if (isName(text) || subject.accounts.some(({ peer }) => peer.length >= SHORTEST_ID && peer === text)) return pseudonym;
    return pattern === null ? text : text.replaceAll(pattern, pseudonym);
  };
  return {
    subject,
    isAccount,
    isName,
    withoutThem,
    mentions: (text) => typeof text === "string" && withoutThem(text) !== text,
    isWho(who) {
      if (who === "owner") return subject.isOwner;
      if (who.startsWith("person:")) return isName(who.slice("person:".length));
      const colon = who.indexOf(":");
      return isName(who) || (colon > 0 && isAccount(who.slice(0, colon), null, who.slice(colon + 1)));
    },
    ownsKey(sessionKey) {
      const [agent, , ...segments] = sessionKey.split(":");
      if (agent !== "agent") return false;
      const at = segments.findIndex((segment) => segment === "dm" || segment === "person");
      const whose = segments[at + 1];
      if (at < 0 || whose === undefined) return false;
      if (segments[at] === "person") return isName(decoded(whose));
      const [channel = "*", account = null] = segments.slice(0, at);
      return subject.accounts.some(
        (one) => one.peer === decoded(whose) && (channel === "*" || one.channel === "*" || one.channel === channel) && (account === null || one.account === null || one.account === account),
      );
    },
  };
}
