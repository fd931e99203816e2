import { accountPolicy, type AccountAccess, type AccountPolicy, type ChannelAccess } from "../domain/access.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { DmScope } from "../domain/route.ts";

/** The part of `openclaw.json` that decides who may speak (spec 1.5). */
export interface AdmissionSource {
  readonly commands?: { readonly ownerAllowFrom?: readonly (string | number)[] | undefined } | undefined;
  readonly messages?: { readonly groupChat?: { readonly mentionPatterns?: readonly string[] | undefined } | undefined } | undefined;
  readonly session?: (Scoped & { readonly scope?: "per-sender" | "global" | undefined }) | undefined;
  readonly bindings?: readonly { readonly match: { readonly channel: string }; readonly session?: Scoped | undefined }[] | undefined;
  readonly channels?: { readonly [channel: string]: ChannelSource | undefined } | undefined;
}

interface Scoped {
  readonly dmScope?: DmScope | undefined;
}

interface ChannelSource extends ChannelAccess, Scoped {
  readonly defaultAccount?: string | undefined;
  readonly accounts?: { readonly [account: string]: (AccountAccess & Scoped) | undefined } | undefined;
}

/** The scopes in force: those of the file, unless a change of them waits (law 7). */
export interface Scopes {
  readonly session?: AdmissionSource["session"];
  readonly bindings?: AdmissionSource["bindings"];
  readonly channels?: { readonly [channel: string]: (Scoped & { readonly accounts?: { readonly [account: string]: Scoped | undefined } | undefined }) | undefined } | undefined;
}

export interface Gate {
  readonly policy: AccountPolicy;
  readonly allowed: ReadonlySet<string>;
  readonly groupAllowed: ReadonlySet<string>;
  /** Who may use the owner's chat commands besides. */
  readonly commanders: ReadonlySet<string>;
  /** Strangers that are let in share the main session: they may not reset it. */
  readonly sharesMain: boolean;
}

/** Whether the sender is somebody whom `session.owner` names; routing knows, and main hands it in. */
export type NamesOwner = (message: InboundMessage) => boolean;

/** Whether somebody was let in by a pairing code, on this very account; the people room knows. */
export type IsApproved = (channel: string, account: string, senderId: string) => boolean;

export interface CompiledAdmission {
  readonly namesOwner: NamesOwner;
  /** Whether the sender is the owner by any word; it opens no door, but in a room that is open they may command. */
  readonly isOwner: NamesOwner;
  readonly isApproved: IsApproved;
  /** Words that name the agent in a group, besides the platform's own mentions. */
  readonly mentions: readonly RegExp[];
  gate(channel: string, account: string): Gate;
}

/** Throws CONFIG_INVALID: a pattern that cannot be read must not silently match nothing. */
function patternOf(text: string, index: number): RegExp {
  try {
    return new RegExp(text, "iu");
  } catch (cause) {
    throw new ContinuoError("CONFIG_INVALID", `messages.groupChat.mentionPatterns[${index}]: ${JSON.stringify(text)} is not a regular expression.`, { cause });
  }
}

/** Ids with and without their channel's prefix (`telegram:42` is `42` on Telegram). */
export function idSet(channel: string, ids: readonly string[]): ReadonlySet<string> {
  const prefix = `${channel}:`;
  return new Set(ids.map((id) => (id.toLowerCase().startsWith(prefix) ? id.slice(prefix.length) : id)).filter((id) => id !== ""));
}

/**
 * Whether a guest's direct messages on this account may land in a session of others. Which binding takes a message is
 * routing's to say: one that shares makes the whole channel shared here, since a command too few harms nobody.
 */
function sharesMain(source: Scopes, channel: string, account: string): boolean {
  const settings = source.channels !== undefined && Object.hasOwn(source.channels, channel) ? source.channels[channel] : undefined;
  if (source.session?.scope === "global") return true;
  const bound = (source.bindings ?? []).some(({ match, session }) => session?.dmScope === "main" && match.channel.trim().toLowerCase() === channel);
  const own = settings?.accounts !== undefined && Object.hasOwn(settings.accounts, account) ? settings.accounts[account]?.dmScope : undefined;
  return bound || (own ?? settings?.dmScope ?? source.session?.dmScope) === "main";
}

/** Pure; made once for a configuration. */
export function compileAdmission(source: AdmissionSource, namesOwner: NamesOwner = () => false, isApproved: IsApproved = () => false, isOwner: NamesOwner = namesOwner, scopes: Scopes = source): CompiledAdmission {
  const gates = new Map<string, Map<string, Gate>>();
  const make = (channel: string, account: string): Gate => {
    const settings = source.channels !== undefined && Object.hasOwn(source.channels, channel) ? source.channels[channel] : undefined;
    const named = account || settings?.defaultAccount || "default";
    const policy = accountPolicy(channel, settings, named);
    return {
      policy,
      allowed: idSet(channel, policy.allowFrom),
      groupAllowed: idSet(channel, policy.groupAllowFrom),
      commanders: idSet(channel, (source.commands?.ownerAllowFrom ?? []).map(String)),
      sharesMain: sharesMain(scopes, channel, named),
    };
  };
  for (const [channel, settings] of Object.entries(source.channels ?? {})) {
    const accounts = [...Object.keys(settings?.accounts ?? {}), settings?.defaultAccount ?? "default", "default", ""];
    gates.set(channel, new Map(accounts.map((account) => [account, make(channel, account)])));
  }
  const mentions = (source.messages?.groupChat?.mentionPatterns ?? []).map(patternOf);
  return { namesOwner, isOwner, isApproved, mentions, gate: (channel, account) => gates.get(channel)?.get(account) ?? make(channel, account) };
}
