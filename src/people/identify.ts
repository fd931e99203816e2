import type { InboundMessage } from "../domain/message.ts";
import { insertPeerAlias } from "../store/statements/insert-peer-alias.ts";
import type { Executor } from "../store/store.ts";
import type { PeopleDirectory } from "./directory.ts";
import { record } from "./ledger.ts";

/** An id of an account, and the id under which the account is kept. */
export interface NewAlias {
  readonly channel: string;
  readonly alias: string;
  readonly peer: string;
}

/** Accounts that the platform calls one and that were known as several before. Only the owner joins them (`people merge`). */
export interface MergeProposal {
  readonly channel: string;
  readonly account: string;
  readonly peers: readonly string[];
}

type Known = Pick<PeopleDirectory, "canonicalPeer" | "aliasesOf" | "find" | "isApproved">;

interface Reading {
  /** Under which id the sender is kept. */
  readonly peer: string;
  /** Ids on the platform's word that nobody has had before. */
  readonly fresh: readonly string[];
  /** All accounts that were known before; more than one is a proposal. */
  readonly accounts: readonly string[];
}

/** Under which id an id is kept; null when it was never heard of. */
function keptUnder(directory: Known, { channel, account }: InboundMessage["address"], id: string): string | null {
  const peer = directory.canonicalPeer(channel, id);
  const isKnown = peer !== id || directory.aliasesOf(channel, id).length > 0 || directory.find(channel, account, id) !== null || directory.isApproved(channel, account, id);
  return isKnown ? peer : null;
}

/** What the sender's ids say about each other; the sender's own id first. */
function readIds({ address, sender }: InboundMessage, directory: Known): Reading {
  const ids = [...new Set([sender.id, ...(sender.aliases ?? [])])].filter((id) => id !== "");
  const kept = new Map(ids.map((id) => [id, keptUnder(directory, address, id)]));
  const accounts = [...new Set([...kept.values()].filter((peer) => peer !== null))];
  const own = kept.get(sender.id) ?? null;
  // Two accounts that were known apart are not joined by a message: an id that is new stands for itself then.
  const peer = own ?? (accounts.length === 1 ? accounts[0] : undefined) ?? ids[0] ?? "";
  return { peer, accounts, fresh: accounts.length > 1 ? [] : ids.filter((id) => kept.get(id) === null) };
}

function sameIds(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return (a ?? []).length === b.length && b.every((id, i) => id === a?.[i]);
}

/**
 * The message with its sender under the id that the account is kept under, and with all its other ids beside it (P10).
 * Ids that are known to be another account's are left out: nobody becomes somebody by them. The same object when there
 * is nothing to do.
 */
export function identify(message: InboundMessage, directory: Known): InboundMessage {
  const { address, sender } = message;
  if (sender.aliases === undefined && directory.canonicalPeer(address.channel, sender.id) === sender.id && directory.aliasesOf(address.channel, sender.id).length === 0) {
    return message;
  }
  const { peer } = readIds(message, directory);
  const own = [...directory.aliasesOf(address.channel, peer), sender.id, ...(sender.aliases ?? [])];
  const aliases = [...new Set(own)].filter((id) => id !== "" && id !== peer && (keptUnder(directory, address, id) ?? peer) === peer);
  if (peer === sender.id && sameIds(sender.aliases, aliases)) return message;
  return { ...message, sender: { ...sender, id: peer, aliases } };
}

/**
 * What a message teaches about ids. Channels whose accounts have several ids give a list of them with every message,
 * even an empty one: then the sender's own id is learned as well, so that the first one seen stays the one it is kept
 * under. Nothing is learned where the ids belong to accounts that were known apart.
 */
export function newAliases(message: InboundMessage, directory: Known): readonly NewAlias[] {
  const { address, sender } = message;
  if (sender.aliases === undefined) return [];
  const { peer, fresh } = readIds(message, directory);
  return fresh.map((alias) => ({ channel: address.channel, alias, peer }));
}

/** Accounts that were known apart and that this message's platform calls one; null as a rule. */
export function mergeProposal(message: InboundMessage, directory: Known): MergeProposal | null {
  const { address, sender } = message;
  if (sender.aliases === undefined || sender.aliases.length === 0) return null;
  const { accounts } = readIds(message, directory);
  return accounts.length > 1 ? { channel: address.channel, account: address.account, peers: accounts } : null;
}

/** Keeps what was learned; resolves to what was new, for the directory (`learnAlias`) after the commit. */
export async function learnAliases(tx: Executor, aliases: readonly NewAlias[], now: number): Promise<readonly NewAlias[]> {
  const learned: NewAlias[] = [];
  for (const one of aliases) {
    if ((await tx.run(insertPeerAlias, { ...one, learned_at: now })) === 0) continue;
    learned.push(one);
    if (one.alias !== one.peer) await record(tx, "people.alias-learned", { ...one }, now);
  }
  return learned;
}
