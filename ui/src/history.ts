import { batch } from "@preact/signals";
import type { Connection } from "./connection.ts";
import { ConnectionLost } from "./requests.ts";
import { NO_TRANSCRIPT } from "./store.ts";
import type { Draft, Incoming, Outgoing, Position, Store, Transcript } from "./store.ts";
import { textOf } from "./wire.ts";
import type { History, Message } from "./wire.ts";

const FIRST_PAGE = 80;
const EARLIER_PAGE = 100;

export interface HistoryReader {
  /** Shows a key's current conversation, or an earlier one of it, from its newest messages on. */
  open(key: string, sessionId: string | null): Promise<void>;
  /** Reads the newest messages again; many calls at once become one more reading. */
  refresh(): void;
  loadEarlier(): Promise<void>;
}

/** The newer page over what is known: joined where they meet, alone where messages between them are unknown. */
export function merge(known: Transcript, page: History): Transcript {
  const sessionId = page.sessionId ?? null;
  const alone: Transcript = { sessionId, messages: page.messages, hasMore: page.hasMore === true, state: "ready" };
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

/** Puts a reading in the place of what was announced before it. */
function takeUp(store: Store, page: History, before: Announced): void {
  const former = store.transcript.value.sessionId;
  const transcript = merge(store.transcript.value, page);
  const isOther = former !== null && former !== transcript.sessionId;
  batch(() => {
    store.transcript.value = transcript;
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
function turnTo(store: Store, key: string, sessionId: string | null): void {
  batch(() => {
    store.selected.value = key;
    store.reading.value = sessionId;
    store.transcript.value = NO_TRANSCRIPT;
    store.drafts.value = [];
    store.incoming.value = [];
    store.notes.value = [];
    store.unread.value = new Set([...store.unread.value].filter((other) => other !== key));
  });
}

export function createHistoryReader(store: Store, connection: () => Connection): HistoryReader {
  let reading: Promise<void> | null = null;
  let again = false;
  let opened = 0;

  function ask(key: string, sessionId: string | null, rest: object): Promise<History> {
    return connection().request<History>("chat.history", { sessionKey: key, ...(sessionId === null ? {} : { sessionId }), ...rest });
  }

  async function read(turn: number): Promise<void> {
    const key = store.selected.value;
    const sessionId = store.reading.value;
    if (key === null) return;
    const before = announced(store);
    try {
      const page = await ask(key, sessionId, { limit: FIRST_PAGE });
      if (turn === opened) takeUp(store, page, before);
    } catch (error) {
      // The next connection reads it again.
      if (error instanceof ConnectionLost || turn !== opened) return;
      console.warn(error);
      if (store.transcript.value.state === "loading") store.transcript.value = { ...store.transcript.value, state: "failed" };
    }
  }

  function refresh(): void {
    if (reading !== null) {
      again = true;
      return;
    }
    reading = read(opened).finally(() => {
      reading = null;
      if (!again) return;
      again = false;
      refresh();
    });
  }

  return {
    refresh,
    async open(key, sessionId) {
      opened += 1;
      turnTo(store, key, sessionId);
      await read(opened);
    },
    async loadEarlier() {
      const { messages } = store.transcript.value;
      const first = messages[0]?.seq;
      const key = store.selected.value;
      if (first === undefined || key === null) return;
      const turn = opened;
      const page = await ask(key, store.reading.value ?? store.transcript.value.sessionId, { limit: EARLIER_PAGE, beforeSeq: first });
      if (turn === opened) store.transcript.value = prepend(store.transcript.value, page);
    },
  };
}
