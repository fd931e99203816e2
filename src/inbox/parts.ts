import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Command } from "../domain/command.ts";
import type { Attachment, InboundMessage, KeepMedia, OfferedMedia, ReceiveOutcome } from "../domain/message.ts";
import type { Admitted, Dropped, ReplyRoute, Route } from "../domain/route.ts";
import type { SessionChoices } from "../domain/session.ts";
import type { Executor, Store, Transaction } from "../store/store.ts";

export type Activation = NonNullable<SessionChoices["activation"]>;

/** A text that goes out without a turn: a stranger's notice, the answer to `/stop`. */
export type SayNow = (tx: Executor, sessionKey: string, reply: ReplyRoute, text: string) => Promise<void>;

/**
 * A session that was idle when its message came. Its turn is claimed in the transaction that accepts the message,
 * which saves one wait for the disk; while it is held, later messages queue as behind a running turn.
 */
export interface Reservation {
  /** False when nothing could be claimed: what was accepted waits. */
  claim(tx: Executor): Promise<boolean>;
  /** After the transaction: starts what was claimed, or looks for what there is when no claim was committed. */
  settle(claimed: boolean): void;
}

/** What runs in the sessions, as far as a message that comes in is concerned. */
export interface RunningSessions {
  reserve(sessionKey: string): Reservation | null;
  wake(sessionKey: string): void;
  /** Keeps what waits in a session within its cap, once something has been accepted. True: somebody is told something. */
  limit(tx: Executor, sessionKey: string, channel: string): Promise<boolean>;
  /** What is said off the record is answered at once and kept nowhere; null for everything else. */
  offRecord(message: InboundMessage, route: Route, command: Command | null, offered: readonly OfferedMedia[]): Promise<ReceiveOutcome | null>;
  /** Aborts what runs in a session; resolves to the runs that it hits. */
  stop(sessionKey: string): Promise<readonly string[]>;
  /** When the agent answers in a room, where that was chosen for its session. */
  activation(sessionKey: string): Promise<Activation | null>;
  /** What whoever asked for that is told. */
  stopAnswer(tx: Executor, message: InboundMessage, hit: boolean): Promise<string>;
}

/** What the configuration says about a message that comes in; read anew for each. */
export interface EntranceSettings {
  /** `activation`: what was chosen for the room that it was said in. */
  admit(message: InboundMessage, activation?: Activation): Admitted | Dropped;
  route(message: InboundMessage): Route;
  /** Words that begin a new session id (spec 1.1). */
  resetTriggers(): readonly string[];
  /** The model that stands at the beginning of what follows `/new`, and what is left of it; null where none does. */
  takeModel(rest: string): { readonly model: string; readonly rest: string } | null;
  /** How many messages of a group are kept that did not name the agent. */
  historyLimit(channel: string, account: string): number;
}

/** What the house knows of people, at its door. */
export interface Doorway {
  /**
   * The message with its sender's ids as one account: the id that the house knows it by, and the others. What is said
   * in one place is answered in the order in which it was asked for: so it is accepted.
   */
  identify(message: InboundMessage): Promise<InboundMessage>;
  /** A stranger wrote who may ask to be let in: what to tell them, or null. In the transaction that refuses them. */
  ask(tx: Transaction, message: InboundMessage): Promise<string | null>;
}

/** What comes with messages. */
export interface MediaDoor {
  readonly keepMedia: KeepMedia;
  /** An accepted message holds what came with it; in the transaction that accepts it. Errors: MEDIA_GONE. */
  holdMedia(tx: Executor, itemId: string, attachments: readonly Attachment[]): Promise<void>;
}

export interface ReceiveParts extends MediaDoor {
  readonly store: Store;
  readonly ids: Ids;
  readonly clock: Clock;
  /** A step of its way was taken (domain/probe.ts). */
  probe(point: "received" | "accepted"): void;
  readonly settings: EntranceSettings;
  readonly doorway: Doorway;
  readonly sayNow: SayNow;
  readonly sessions: RunningSessions;
  /** Something that was said at once is to go out. */
  wakeOutbox(): void;
}
