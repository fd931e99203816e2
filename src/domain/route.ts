import type { Address } from "./address.ts";
import type { InboundMessage } from "./message.ts";

export type DmScope = "auto" | "main" | "per-peer" | "per-channel-peer" | "per-account-channel-peer";

/** Which reset settings apply (spec 4.1). */
export type ResetType = "direct" | "group" | "thread";

export type MatchedBy =
  | "binding.peer"
  | "binding.peer.parent"
  | "binding.peer.wildcard"
  | "binding.guild+roles"
  | "binding.guild"
  | "binding.team"
  | "binding.account"
  | "binding.channel"
  | "channel.routing"
  | "explicit"
  | "default";

export interface WhyRule {
  readonly rule: MatchedBy;
  readonly outcome: "matched" | "no-match" | "not-configured";
  /** Index into `bindings` or `routing` of what matched. */
  readonly index: number | null;
}

/** The explanation of a route, as data; replaying it gives the same key. */
export interface RouteWhy {
  readonly agent: { readonly id: string; readonly matchedBy: MatchedBy; readonly tried: readonly WhyRule[] };
  readonly scope: {
    readonly value: DmScope | "group" | "global" | "explicit";
    /** The setting it was read from: `session.dmScope`, `channels.telegram.dmScope`, `bindings[2].session.dmScope`, `default`. */
    readonly setBy: string;
  };
  readonly sender: {
    readonly isOwner: boolean;
    /** `operator`, `session.owner`, `channels.telegram.allowFrom`, `people`, or null. */
    readonly ownerBy: string | null;
    readonly person: string | null;
    /** The entry of `identityLinks`, or of the people table, that joined this sender to the person. */
    readonly link: string | null;
  };
  readonly key: { readonly sessionKey: string; readonly form: string };
}

/** What is known of a sender besides the configuration: persons that were approved and linked (docs/people.md). */
export interface Directory {
  /** Null: nobody knows them. The same object for the same answer, so that nothing is allocated. */
  find(channel: string, account: string, peer: string): RouteWhy["sender"] | null;
  /** Whether the person of this name, compared as names are (A15), is an owner. */
  isOwner(nameKey: string): boolean;
}

export interface Route {
  readonly agentId: string;
  readonly sessionKey: string;
  readonly mainSessionKey: string;
  readonly resetType: ResetType;
  /** Who can read what is said there (docs/formats.md): `owner`, `person:<name>`, `peer:...`, `chat:...`. */
  readonly audience: string;
  readonly isOwner: boolean;
  readonly person: string | null;
  /** The scope says that others speak here too (`main`, `per-peer`, `global`), or an operator named the session. */
  readonly shared: boolean;
  /** The last route of this session is its owner's: this sender does not move it (spec 5.3). */
  readonly pinned: boolean;
  readonly why: RouteWhy;
}

/** A message that may speak. `commands`: the sender may use chat commands that change the session. */
export interface Admitted {
  readonly kind: "admitted";
  readonly message: InboundMessage;
  readonly reason: string;
  readonly commands: boolean;
}

export interface Dropped {
  readonly kind: "dropped";
  readonly message: InboundMessage;
  readonly reason: string;
  /** A stranger in a direct chat, who may ask to be let in (spec 1.5, pairing). */
  readonly mayAsk: boolean;
}

/** Where a reply goes: bound to the turn (spec A9). */
export interface ReplyRoute {
  readonly address: Address;
  readonly audience: string;
  /** Who reads it in a private chat; empty in a room. */
  readonly peer: string;
  readonly replyTo: string | null;
}
