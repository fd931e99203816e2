import { computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { ConnectionState } from "./connection.ts";
import type { Picked } from "./picked.ts";
import { recall, remember } from "./token.ts";
import { speak } from "./speak.ts";
import type { Language, Spoken } from "./speak.ts";
import type { Texts } from "./texts.ts";
import { knows } from "./wire.ts";
import type { Hello, LastStep, Message, ReadsSince, SessionRow } from "./wire.ts";

/** How far the transcript that was read goes. */
export interface Position {
  readonly sessionId: string | null;
  readonly seq: number;
}

/** A message of ours on its way. Its run id is its idempotency key: sending it again never says it twice. */
export interface Outgoing {
  readonly runId: string;
  readonly key: string;
  readonly text: string;
  readonly at: number;
  readonly state: "waiting" | "sending" | "accepted" | "ended" | "failed";
  readonly error: string | null;
  /** What the transcript held when it was written: its own entry comes after that. */
  readonly after: Position;
  readonly files: readonly Picked[];
  /** Said off the record: no transcript will have it. */
  readonly isPrivate: boolean;
}

/** What somebody wrote on another channel, until the transcript is read again. */
export interface Incoming {
  readonly runId: string;
  readonly texts: readonly string[];
  readonly channel: string | null;
  readonly senderName: string | null;
  readonly at: number;
  readonly after: Position;
}

/** An answer while it grows, and after its end until the transcript has it. */
export interface Draft {
  readonly runId: string;
  readonly text: string;
  readonly channel: string | null;
  readonly at: number;
  readonly ended: boolean;
  readonly after: Position;
}

/** Said by the house, not stored in the transcript: a command's answer, a failure. */
export interface Note {
  readonly id: string;
  /** `said` and `answered` were off the record: they are nowhere else. */
  readonly kind: "reply" | "failure" | "stopped" | "held" | "said" | "answered";
  readonly text: string;
  readonly at: number;
  /** The message it stands after; null while that is not known. */
  readonly afterSeq: number | null;
}

export interface Transcript {
  readonly sessionId: string | null;
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  /** The newest message there is, where what is shown ends before it; null where it does not. */
  readonly newest: number | null;
  readonly undo: LastStep | null;
  readonly state: "loading" | "ready" | "failed";
}

/** What comes from now on comes after this. */
export function positionOf({ sessionId, messages }: Transcript): Position {
  return { sessionId, seq: messages.at(-1)?.seq ?? 0 };
}

export type Theme = "auto" | "light" | "dark";

export const NO_TRANSCRIPT: Transcript = { sessionId: null, messages: [], hasMore: false, newest: null, undo: null, state: "loading" };

/** What the page shows beside the sidebar; the address says which (`#people`). */
export type View = "conversation" | "people";

/** What came after this device was here last. */
export type Since = Pick<ReadsSince, "turns" | "channels"> & { readonly seq: number };

/** What of the sessions is listed. */
export interface ListFilter {
  readonly text: string;
  readonly archived: boolean;
}

/** Everything the page shows. Components read it; `actions.ts` and `events.ts` alone write it. */
export interface Store {
  readonly connection: Signal<ConnectionState>;
  readonly hello: Signal<Hello | null>;
  readonly sessions: Signal<readonly SessionRow[]>;
  readonly moreSessions: Signal<boolean>;
  readonly defaultModel: Signal<string>;
  readonly unread: Signal<ReadonlySet<string>>;
  readonly selected: Signal<string | null>;
  /** An earlier conversation of the selected key that is being read; null is the current one. */
  readonly reading: Signal<string | null>;
  readonly transcript: Signal<Transcript>;
  readonly outgoing: Signal<readonly Outgoing[]>;
  readonly incoming: Signal<readonly Incoming[]>;
  readonly drafts: Signal<readonly Draft[]>;
  readonly notes: Signal<readonly Note[]>;
  readonly since: Signal<Since | null>;
  /** The message that is to be brought into sight; `found`: it was looked for, and is marked. */
  readonly target: Signal<{ readonly seq: number; readonly found: boolean } | null>;
  /** The message that was looked for, as long as its conversation is open. */
  readonly found: Signal<number | null>;
  /** Whether what is written on this page is kept nowhere at the moment, as far as this tab knows. */
  readonly offRecord: Signal<boolean>;
  readonly filter: Signal<ListFilter>;
  readonly isFiltered: ReadonlySignal<boolean>;
  /** What the filter found; null while there is none. */
  readonly results: Signal<readonly SessionRow[] | null>;
  /** Told to screen readers once an answer is complete. */
  readonly announced: Signal<string>;
  readonly typed: Signal<Readonly<Record<string, string>>>;
  /** What was chosen to go with it, and is kept with its conversation as well. */
  readonly picked: Signal<Readonly<Record<string, readonly Picked[]>>>;
  readonly drawer: Signal<boolean>;
  readonly view: Signal<View>;
  /** A gateway that knows no people has no such view. */
  readonly showsPeople: ReadonlySignal<boolean>;
  readonly theme: Signal<Theme>;
  readonly spoken: Signal<Spoken>;
  readonly language: ReadonlySignal<Language>;
  readonly texts: ReadonlySignal<Texts>;
  readonly row: ReadonlySignal<SessionRow | null>;
  readonly running: ReadonlySignal<boolean>;
}

const OFF_RECORD = "continuo.off-record";

export function firstLanguage(): Language {
  const kept = recall("continuo.language");
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function firstTheme(): Theme {
  const kept = recall("continuo.theme");
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function createStore(first: Spoken): Store {
  const sessions = signal<readonly SessionRow[]>([]);
  const selected = signal<string | null>(null);
  const outgoing = signal<readonly Outgoing[]>([]);
  const drafts = signal<readonly Draft[]>([]);
  const hello = signal<Hello | null>(null);
  const view = signal<View>("conversation");
  const spoken = signal(first);
  const filter = signal<ListFilter>({ text: "", archived: false });
  const results = signal<readonly SessionRow[] | null>(null);
  const row = computed(() => [...sessions.value, ...(results.value ?? [])].find(({ key }) => key === selected.value) ?? null);
  return {
    connection: signal<ConnectionState>({ kind: "connecting" }),
    hello,
    sessions,
    moreSessions: signal(false),
    defaultModel: signal(""),
    unread: signal<ReadonlySet<string>>(new Set()),
    selected,
    reading: signal<string | null>(null),
    transcript: signal(NO_TRANSCRIPT),
    outgoing,
    incoming: signal<readonly Incoming[]>([]),
    drafts,
    notes: signal<readonly Note[]>([]),
    since: signal<Since | null>(null),
    target: signal<{ readonly seq: number; readonly found: boolean } | null>(null),
    found: signal<number | null>(null),
    offRecord: signal(recall(OFF_RECORD, "sessionStorage") !== null),
    filter,
    isFiltered: computed(() => filter.value.text !== "" || filter.value.archived),
    results,
    announced: signal(""),
    typed: signal<Readonly<Record<string, string>>>({}),
    picked: signal<Readonly<Record<string, readonly Picked[]>>>({}),
    drawer: signal(false),
    view,
    showsPeople: computed(() => view.value === "people" && (hello.value === null || knows(hello.value, "people.list"))),
    theme: signal(firstTheme()),
    spoken,
    language: computed(() => spoken.value.language),
    texts: computed(() => spoken.value.texts),
    row,
    running: computed(
      () => row.value?.running === true || drafts.value.some(({ ended }) => !ended) || outgoing.value.some(({ key, state }) => key === selected.value && state === "accepted"),
    ),
  };
}

export function setOffRecord(store: Store, on: boolean): void {
  store.offRecord.value = on;
  remember(OFF_RECORD, on ? "on" : null, "sessionStorage");
}

export function setTheme(store: Store, theme: Theme): void {
  store.theme.value = theme;
  remember("continuo.theme", theme === "auto" ? null : theme);
  applyTheme(theme);
}

export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export async function setLanguage(store: Store, language: Language): Promise<void> {
  store.spoken.value = await speak(language);
  remember("continuo.language", language);
}
