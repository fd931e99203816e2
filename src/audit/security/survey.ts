import { idSet } from "../../admission/compile.ts";
import { admit, compileAdmission } from "../../admission/index.ts";
import type { Config } from "../../config/index.ts";
import { formatPath } from "../../config/value-path.ts";
import { accountPolicy, type AccountPolicy } from "../../domain/access.ts";
import { directMessage } from "../../domain/message.ts";
import type { Route } from "../../domain/route.ts";
import { compileRouting, resolveRoute, type CompiledRouting } from "../../routing/index.ts";
import { accountScopes, namedSenders, type AccountScope, type OwnedAccount } from "../channel-scope.ts";
import type { ApprovedSender, SecurityFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** Somebody whose direct messages are let in, and the session they land in. */
export interface Writer {
  /** `telegram:42`; null stands for everybody whom nobody named. */
  readonly identity: string | null;
  /** The same for every identity of one person. */
  readonly human: string;
  readonly isOwner: boolean;
  readonly sessionKey: string;
  readonly scope: Route["why"]["scope"];
}

/** One account of an enabled channel, with every layer and default of its settings applied. */
export interface AuditedAccount {
  readonly channel: string;
  readonly account: string;
  readonly policy: AccountPolicy;
  /** What the owner's direct messages do, and by which setting the owner is known. */
  readonly owner: AccountScope;
  /** The scope of somebody whom nobody named. */
  readonly scope: Route["why"]["scope"];
  readonly writers: readonly Writer[];
  /** Somebody whom nobody named may write directly. */
  readonly open: boolean;
  /** Somebody other than the owner may speak in groups. */
  readonly groupGuests: boolean;
}

export interface Survey {
  readonly facts: SecurityFacts;
  readonly config: Config;
  readonly routing: CompiledRouting;
  readonly accounts: readonly AuditedAccount[];
}

/** What a check is: pure, and silent about what is well. */
export type Check = (known: Survey) => readonly Finding[];

/** No platform has such an id, so nobody named it. */
const STRANGER = "(anybody)";

type Identity = Pick<ApprovedSender, "channel" | "account" | "senderId">;

function writerOf(routing: CompiledRouting, { channel, account, senderId }: Identity, asOwner: boolean): Writer {
  const route = resolveRoute(routing, { channel, account, sender: senderId });
  const isOwner = route.isOwner || asOwner;
  const identity = senderId === STRANGER ? null : `${channel}:${senderId}`;
  const human = isOwner ? "owner" : (route.person?.toLowerCase() ?? identity ?? `anybody on ${channel}`);
  const { scope } = route.why;
  // Routing reads the file alone: it does not know whom `pairing approve --me` made the owner.
  const sessionKey = asOwner && scope.value === "auto" ? route.mainSessionKey : route.sessionKey;
  return { identity, human, isOwner, sessionKey, scope };
}

function hasGroupGuests(routing: CompiledRouting, policy: AccountPolicy): boolean {
  const { channel, account, groupPolicy, groupAllowFrom, groups } = policy;
  if (groupPolicy !== "allowlist") return groupPolicy === "open";
  const listed = [...groupAllowFrom, ...[...groups.values()].flatMap(({ enabled, allowFrom }) => (enabled === false ? [] : (allowFrom ?? []).map(String)))];
  return [...idSet(channel, listed)].some((sender) => sender === "*" || !resolveRoute(routing, { channel, account, sender }).isOwner);
}

function ownedOf({ approved }: SecurityFacts): OwnedAccount[] {
  return approved.flatMap(({ channel, account, senderId, asOwner }) => (asOwner ? [{ channel, account, peer: senderId }] : []));
}

/** Admission and routing are asked themselves: what is judged here is what a message would meet. */
export function survey(facts: SecurityFacts, config: Config): Survey {
  const routing = compileRouting(config);
  const admission = compileAdmission(config, (message) => resolveRoute(routing, message).why.sender.ownerBy === "session.owner");
  const letIn = (identity: Identity): boolean => admit(admission, directMessage(identity)).kind === "admitted";
  const accounts = accountScopes(config, ownedOf(facts)).map((owner): AuditedAccount => {
    const { channel, account } = owner;
    const policy = accountPolicy(channel, config.channels[channel], account);
    const named = namedSenders(config, channel, account).filter((senderId) => letIn({ channel, account, senderId }));
    const approved = policy.dmPolicy === "pairing" ? facts.approved.filter((one) => one.channel === channel && one.account === account) : [];
    const open = letIn({ channel, account, senderId: STRANGER });
    const asOwner = (senderId: string): boolean => approved.some((one) => one.senderId === senderId && one.asOwner);
    const ids = [...new Set([...named, ...approved.map(({ senderId }) => senderId), ...(open ? [STRANGER] : [])])];
    const writers = ids.map((senderId) => writerOf(routing, { channel, account, senderId }, asOwner(senderId)));
    return { channel, account, policy, owner, scope: resolveRoute(routing, { channel, account, sender: STRANGER }).why.scope, writers, open, groupGuests: hasGroupGuests(routing, policy) };
  });
  return { facts, config, routing, accounts };
}

/** Where the setting stands that decides for the account: its own, or else its channel's. */
export function settledAt(config: Config, { channel, account }: Pick<AuditedAccount, "channel" | "account">, ...keys: readonly string[]): string {
  const accounts = config.channels[channel]?.accounts;
  const own = accounts !== undefined && Object.hasOwn(accounts, account) ? (accounts[account] as Readonly<Record<string, unknown>>) : {};
  const isOwn = keys.some((key) => own[key] !== undefined);
  return formatPath(isOwn ? ["channels", channel, "accounts", account] : ["channels", channel]);
}

const LABELS: Readonly<Record<string, string>> = { whatsapp: "WhatsApp", imessage: "iMessage", googlechat: "Google Chat", msteams: "Microsoft Teams" };

/** `telegram` as `Telegram`, `telegram` with the account `work` as `Telegram (work)`. */
export function labelOf({ channel, account }: Pick<AuditedAccount, "channel" | "account">): string {
  const name = Object.hasOwn(LABELS, channel) ? (LABELS[channel] ?? channel) : `${channel.slice(0, 1).toUpperCase()}${channel.slice(1)}`;
  return account === "default" ? name : `${name} (${account})`;
}

/** Somebody who is not the owner may write, directly or in a group. */
export function admitsGuests({ writers, groupGuests }: AuditedAccount): boolean {
  return writers.some(({ isOwner }) => !isOwner) || groupGuests;
}

/** The agent answers in groups, where others read along; with the policy `allowlist` only where somebody is listed. */
export function admitsGroups({ groupPolicy, groupAllowFrom, groups }: AccountPolicy): boolean {
  if (groupPolicy === "disabled") return false;
  if (groupPolicy === "open") return true;
  return groupAllowFrom.length > 0 || [...groups.values()].some(({ allowFrom }) => (allowFrom ?? []).length > 0);
}
