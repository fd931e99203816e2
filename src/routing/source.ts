import type { DmScope } from "../domain/route.ts";

/**
 * The part of `openclaw.json` that decides where a message goes (spec 1.1, 1.2, 1.4, 1.5, 2).
 * A parsed configuration fits, and so does the plain object of the file; everything else in it is ignored.
 */
export interface RoutingSource {
  readonly agents?: { readonly list?: readonly AgentSource[] | undefined } | undefined;
  readonly bindings?: readonly BindingSource[] | undefined;
  readonly session?: SessionSource | undefined;
  readonly channels?: { readonly [channel: string]: ChannelSource | undefined } | undefined;
}

export interface AgentSource {
  readonly id: string;
  readonly default?: boolean | undefined;
}

export interface SessionSource {
  readonly scope?: "per-sender" | "global" | undefined;
  readonly dmScope?: DmScope | undefined;
  readonly groupScope?: GroupScope | undefined;
  readonly mainKey?: string | undefined;
  readonly owner?: string | readonly string[] | undefined;
  /** `{name: ["channel:peer"]}`, `{"channel:peer:label": "name"}`, or both mixed (spec 2.5). */
  readonly identityLinks?: { readonly [key: string]: string | readonly string[] | undefined } | undefined;
}

export type GroupScope = "per-group" | "main";
export type PlatformId = string | number;
export type PeerKind = "direct" | "dm" | "group" | "channel";

export interface PeerSource {
  readonly kind: PeerKind;
  readonly id: PlatformId;
}

export interface MatchSource {
  readonly channel?: string | undefined;
  /** Unset is the default account only; `"*"` is any. */
  readonly accountId?: string | undefined;
  readonly peer?: PeerSource | undefined;
  readonly guildId?: PlatformId | undefined;
  readonly teamId?: PlatformId | undefined;
  readonly roles?: readonly PlatformId[] | undefined;
}

export interface BindingSource {
  readonly agentId: string;
  readonly match: MatchSource & { readonly channel: string };
  readonly session?: { readonly dmScope?: DmScope | undefined; readonly groupScope?: GroupScope | undefined } | undefined;
}

/** One entry of `channels.<name>.routing`; without further fields it takes every message of the channel. */
export interface RoutingEntrySource {
  readonly agent: string;
  readonly match?: unknown;
  readonly peer?: unknown;
  readonly account?: unknown;
}

interface AccountSource {
  readonly dmScope?: DmScope | undefined;
  readonly routing?: readonly RoutingEntrySource[] | undefined;
  readonly allowFrom?: readonly PlatformId[] | undefined;
}

export interface ChannelSource extends AccountSource {
  readonly defaultAccount?: string | undefined;
  readonly accounts?: { readonly [account: string]: AccountSource | undefined } | undefined;
}
