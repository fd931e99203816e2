import { batch } from "@preact/signals";
import type { Connection } from "./connection.ts";
import { ConnectionLost } from "./requests.ts";
import { NO_TRANSCRIPT, setOffRecord } from "./store.ts";
import type { Draft, Incoming, Outgoing, Position, Store, Transcript } from "./store.ts";
import { textOf } from "./wire.ts";
import type { History, Message, ReadsSince } from "./wire.ts";

export const FIRST_PAGE = 80;
export const EARLIER_PAGE = 100;
const MOST_AT_ONCE = 1_000;
/** Messages before the one that was read last: one sees where one was. */
const SOME_BEFORE = 10;

export interface HistoryReader {
  /** Shows a key's current conversation, or an earlier one of it, from its newest messages on. */
  open(key: string, sessionId: string | null): Promise<void>;
  /** Reads the newest messages again; many calls at once become one more reading. */
  refresh(): void;
  loadEarlier(): Promise<void>;
  ask(key: string, sessionId: string | null, rest: object): Promise<History>;
  /** Something else is opened; the answer tells whether it still is what was opened last. */
  begin(): () => boolean;
}

/** What the house's answer says, in every language by its first sign: on or off the record from now on, or neither. */
export function privacyAfter(text: string): boolean | null {
  if (text.startsWith("🕶")) return true;
  return text.startsWith("📝") ? false : null;
}

/** The newer page over what is known: joined where they meet, alone where messages between them are unknown. */
export function merge(known: Transcript, page: History): Transcript {
  const sessionId = page.sessionId ?? null;
  const alone: Transcript = { sessionId, messages: page.messages, hasMore: page.hasMore === true, newest: null, undo: page.undo ?? null, state: "ready" };
  const first = page.messages[0]?.seq;
  const last = known.messages.at(-1)?.seq;
  if (known.sessionId !== sessionId || first === undefined || last === undefined || first > last + 1) return alone;
  const kept = new Map(known.messages.map((message) => [message.id, message]));
  // A message that has not changed keeps its object, and so its place on the screen.
  const messages = [...known.messages.filter(({ seq }) => seq < first), ...page.messages.map((message) => kept.get(message.id) ?? message)];
  return { ...alone, messages, hasMore: (known.messages[0]?.seq ?? first) < first ? known.hasMore : alone.hasMore };
}

function isNewTo(message: Message, after: Position, sessionId: string | null): boolean {
  return after.sessionId !== sessionId || message.seq > after.seq;
}

/** The messages that the transcript does not show yet; each of its entries stands for one of them. */
export function notInTranscript<T extends Pick<Outgoing, "text" | "after">>(written: readonly T[], transcript: Transcript): readonly T[] {
  const free = transcript.messages.filter(({ role }) => role === "user");
  return written.filter(({ text, after }) => {
    const at = free.findIndex((message) => isNewTo(message, after, transcript.sessionId) && textOf(message.content).trim() === text.trim());
    if (at !== -1) free.splice(at, 1);
    return at === -1;
  });
}

/** Whether the transcript has an answer that came after the draft began: a reading may be quicker than its events. */
export function isAnswered({ after }: Draft, { sessionId, messages }: Transcript): boolean {
  return after.sessionId !== null && messages.some((message) => message.role === "assistant" && isNewTo(message, after, sessionId));
}

/** What was only announced, not read, when a reading began: the transcript has it then. */
interface Announced {
  readonly ended: ReadonlySet<string>;
  readonly incoming: readonly Incoming[];
}

function announced(store: Store): Announced {
  const endedRuns = [...store.outgoing.value.filter(({ state }) => state === "ended"), ...store.drafts.value.filter(({ ended }) => ended)];
  return { ended: new Set(endedRuns.map(({ runId }) => runId)), incoming: store.incoming.value };
}

/** A gateway that was restarted has forgotten what was off the record, and says so in the transcript. */
function endsPrivacy({ messages }: Transcript, after: number): boolean {
  return messages.some(({ role, seq, content }) => role === "system" && seq > after && privacyAfter(textOf(content)) === false);
}

/** Puts a reading in the place of what was announced before it. */
function takeUp(store: Store, page: History, before: Announced): void {
  const former = store.transcript.value.sessionId;
  const transcript = merge(store.transcript.value, page);
  const isOther = former !== null && former !== transcript.sessionId;
  if (store.offRecord.value && former !== null && endsPrivacy(transcript, isOther ? 0 : (store.transcript.value.messages.at(-1)?.seq ?? 0))) setOffRecord(store, false);
  batch(() => {
    store.transcript.value = transcript;
    if (isOther) store.since.value = null;
    store.outgoing.value = store.outgoing.value.filter(({ runId, state }) => !(state === "ended" && before.ended.has(runId)));
    store.drafts.value = store.drafts.value.filter(({ runId, ended }) => !(ended && before.ended.has(runId)));
    store.incoming.value = store.incoming.value.filter((item) => !before.incoming.includes(item));
    const last = transcript.messages.at(-1)?.seq ?? 0;
    // Another conversation begins without the notes of the last one, and says itself why it began.
    const notes = store.notes.value.filter(({ afterSeq }) => !isOther || (afterSeq === null && transcript.messages.length === 0));
    store.notes.value = notes.map((note) => (note.afterSeq === null ? { ...note, afterSeq: last } : note));
  });
}

/** Earlier messages before those that are known. */
function prepend(known: Transcript, page: History): Transcript {
  const first = known.messages[0]?.seq ?? Number.POSITIVE_INFINITY;
  return { ...known, messages: [...page.messages.filter(({ seq }) => seq < first), ...known.messages], hasMore: page.hasMore === true };
}

/** Turns to a conversation: of the last one nothing stays on the screen. */
export function turnTo(store: Store, key: string, sessionId: string | null): void {
  batch(() => {
    store.selected.value = key;
    store.reading.value = sessionId;
    store.transcript.value = NO_TRANSCRIPT;
    store.drafts.value = [];
    store.incoming.value = [];
    store.notes.value = [];
    store.since.value = null;
    store.target.value = null;
    store.found.value = null;
    store.unread.value = new Set([...store.unread.value].filter((other) => other !== key));
  });
}

/** Where this device stopped reading, asked while a conversation is opened. */
type Arrive = (key: string) => Promise<ReadsSince | null>;

/** So much of it that the reader begins where they stopped. */
function takeUpSince(store: Store, since: ReadsSince | null): void {
  const { sessionId, messages } = store.transcript.value;
  const last = messages.at(-1)?.seq ?? 0;
  if (since === null || since.mark === null || since.mark.sessionId !== sessionId || since.turns === 0 || since.mark.seq >= last) return;
  const { mark, turns, channels } = since;
  batch(() => {
    store.since.value = { seq: mark.seq, turns, channels };
    store.target.value = { seq: mark.seq, found: false };
  });
}

function fail(store: Store, error: unknown): void {
  // The next connection reads it again.
  if (error instanceof ConnectionLost) return;
  console.warn(error);
  if (store.transcript.value.state === "loading") store.transcript.value = { ...store.transcript.value, state: "failed" };
}

/** Many calls while one is under way become one more. */
function oneAfterTheOther(work: () => Promise<unknown>): () => void {
  let isRunning = false;
  let again = false;
  const start = (): void => {
    again = isRunning;
    if (isRunning) return;
    isRunning = true;
    void work().finally(() => {
      isRunning = false;
      if (again) start();
    });
  };
  return start;
}

export function createHistoryReader(store: Store, connection: () => Connection, arrive: Arrive): HistoryReader {
  let opened = 0;

  function ask(key: string, sessionId: string | null, rest: object): Promise<History> {
    return connection().request<History>("chat.history", { sessionKey: key, ...(sessionId === null ? {} : { sessionId }), ...rest });
  }

  async function read(turn: number, arriving: Promise<ReadsSince | null> | null = null): Promise<ReadsSince | null> {
    const key = store.selected.value;
    const sessionId = store.reading.value;
    // A place that was looked for stays: what is newest does not belong there.
    if (key === null || store.transcript.value.newest !== null) return null;
    const before = announced(store);
    try {
      const [page, since] = await Promise.all([ask(key, sessionId, { limit: FIRST_PAGE }), arriving]);
      if (turn !== opened) return null;
      batch(() => {
        takeUp(store, page, before);
        takeUpSince(store, since);
      });
      return since;
    } catch (error) {
      if (turn === opened) fail(store, error);
      return null;
    }
  }

  async function loadEarlier(limit: number): Promise<void> {
    const { messages } = store.transcript.value;
    const first = messages[0]?.seq;
    const key = store.selected.value;
    if (first === undefined || key === null) return;
    const turn = opened;
    const page = await ask(key, store.reading.value ?? store.transcript.value.sessionId, { limit, beforeSeq: first });
    if (turn === opened) store.transcript.value = prepend(store.transcript.value, page);
  }

  /** Where much was said since, what this device has read last is brought too. */
  async function reach(seq: number): Promise<void> {
    const { messages, hasMore } = store.transcript.value;
    const first = messages[0]?.seq ?? 0;
    if (hasMore && first > seq) await loadEarlier(Math.min(MOST_AT_ONCE, first - seq + SOME_BEFORE));
  }

  return {
    refresh: oneAfterTheOther(() => read(opened)),
    async open(key, sessionId) {
      const turn = (opened += 1);
      turnTo(store, key, sessionId);
      const since = await read(turn, sessionId === null ? arrive(key) : null);
      if (since?.mark && store.since.value !== null) await reach(since.mark.seq);
    },
    loadEarlier: () => loadEarlier(EARLIER_PAGE),
    ask,
    begin() {
      const turn = (opened += 1);
      return () => turn === opened;
    },
  };
}
