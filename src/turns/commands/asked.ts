import type { ModelNames } from "../../agent/model-names.ts";
import type { Address } from "../../domain/address.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Entry } from "../../domain/entry.ts";
import type { Ids } from "../../domain/ids.ts";
import type { Language } from "../../domain/language.ts";
import type { InboxItem, Turn } from "../../domain/turn.ts";
import type { FilePeople, Party } from "../../people/index.ts";
import type { SearchAnswer } from "../../search/index.ts";
import type { Store, Transaction } from "../../store/store.ts";
import type { Say } from "../../texts/index.ts";
import type { Compacted, CompactRequest } from "../compact.ts";
import type { PrivateChats } from "../private.ts";
import type { TurnSettings } from "../turn-settings.ts";

/** A chat that replies may be docked to. */
export interface Docking {
  readonly address: Address;
  readonly peer: string;
}

/** What commands need of people and their accounts. */
export interface CommandPeople {
  filePeople(): FilePeople;
  /** Says something to the other side, where they are and in their language. */
  tell(tx: Transaction, to: Party, said: Told): Promise<void>;
  /** A chat of the same person on another channel; null where none is known. */
  linkedChat(turn: Turn, channel: string): Promise<Docking | null>;
  /** In words, why the message before this one went where it went; null when there is none. */
  explainLast(turn: Turn, say: Say): Promise<string | null>;
  /** Something may have been agreed on that is to be done once this turn is over. */
  onAgreement(): void;
}

/** Something for a reader whose language is not known yet. */
export type Told = (say: Say) => string;

/** What commands do to conversations beside what stands in the store. */
export interface CommandHistory {
  /** Sums up the beginning of a session's conversation for the model. */
  compact(request: CompactRequest): Promise<Compacted>;
  /** Finds what was said in these sessions, and in no others. */
  search(scope: { readonly keys: readonly string[] }, request: { readonly query: string; readonly limit: number }): Promise<SearchAnswer>;
  /** What is said off the record. */
  readonly privacy: Pick<PrivateChats, "begin" | "end" | "isOn">;
  /** Removes the bytes of what nothing holds any more since `at`, ms. */
  discardMedia(refs: readonly string[], at: number): Promise<void>;
  /** A session shows another conversation from now on, or another part of it. */
  onChanged(sessionKey: string, sessionId: string): void;
  /** What a model would be shown of a conversation, oldest first. */
  recent(sessionId: string): Promise<readonly Entry[]>;
}

/** What commands need of the house. */
export interface CommandParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: TurnSettings;
  readonly people: CommandPeople;
  readonly history: CommandHistory;
  readonly models: ModelNames;
  /** Of Continuo. */
  readonly version: string;
  wakeOutbox(): void;
}

/** A command as somebody gave it, and how they are answered. */
export interface Asked {
  readonly turn: Turn;
  readonly item: InboxItem;
  /** What stood behind the word. */
  readonly rest: string;
  readonly now: number;
  readonly language: Language;
  readonly say: Say;
  /** Fires when its sender stops it, or when the gateway does. */
  readonly signal: AbortSignal;
}

/** Does what a command asks for, and answers what to say. */
export type Answer = (parts: CommandParts, asked: Asked) => Promise<string>;

/** What is said back of a word that was not understood. */
export function shown(word: string): string {
  return Array.from(word).slice(0, 40).join("").replaceAll("`", "'");
}
