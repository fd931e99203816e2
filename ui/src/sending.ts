import type { Connection } from "./connection.ts";
import { privacyAfter } from "./history.ts";
import type { HistoryReader } from "./history.ts";
import { wordless } from "./picked.ts";
import type { Picked } from "./picked.ts";
import { ConnectionLost, wordsOf } from "./requests.ts";
import { positionOf, setOffRecord } from "./store.ts";
import type { Note, Outgoing, Store } from "./store.ts";
import type { Sent } from "./wire.ts";

export interface Sender {
  send(text: string, files?: readonly Picked[]): void;
  /** Sends again under the same idempotency key. */
  retry(runId: string): void;
  discard(runId: string): void;
  stop(): Promise<void>;
  /** After a new connection: what waited is sent, and what was under way is asked about; neither is said twice. */
  resume(): void;
}

export function addNote(store: Store, note: Pick<Note, "id" | "kind" | "text">): void {
  if (store.notes.value.some(({ id }) => id === note.id)) return;
  store.notes.value = [...store.notes.value, { ...note, at: Date.now(), afterSeq: null }];
}

/** Changes a message of ours on its way; what has ended stays as it is. */
export function changeOutgoing(store: Store, runId: string, changes: Partial<Outgoing>): void {
  store.outgoing.value = store.outgoing.value.map((message) => (message.runId === runId && message.state !== "ended" ? { ...message, ...changes } : message));
}

/** A new message to what is shown at the moment. */
function compose(key: string, text: string, files: readonly Picked[], { transcript, offRecord }: Store): Outgoing {
  const isPrivate = offRecord.value && !text.startsWith("/");
  return { runId: crypto.randomUUID(), key, text, at: Date.now(), state: "sending", error: null, after: positionOf(transcript.value), files, isPrivate };
}

/** The house has answered a command: of `/private` it says what is kept from now on. */
export function heedReply(store: Store, runId: string, text: string): void {
  const own = store.outgoing.value.find((message) => message.runId === runId);
  const on = own !== undefined && /^\/private\b/iu.test(own.text.trim()) ? privacyAfter(text) : null;
  if (on !== null) setOffRecord(store, on);
}

/** Off the record nothing is kept to know a message by: it would be asked a second time. */
function isLost({ isPrivate, state }: Outgoing): boolean {
  return isPrivate && (state === "sending" || state === "accepted");
}

export function createSender(store: Store, connection: () => Connection, history: HistoryReader): Sender {
  const change = (runId: string, changes: Partial<Outgoing>): void => changeOutgoing(store, runId, changes);

  function answered(message: Outgoing, sent: Sent): void {
    if (sent.text !== undefined) {
      addNote(store, { id: message.runId, kind: "reply", text: sent.text });
      heedReply(store, message.runId, sent.text);
      change(message.runId, { state: "ended" });
      return history.refresh();
    }
    const over = sent.status === "ok" || sent.status === "error";
    change(message.runId, { state: over ? "ended" : "accepted", error: null });
    if (over) history.refresh();
  }

  async function transmit(message: Outgoing): Promise<void> {
    const { runId, key, text, files } = message;
    if (message.state !== "accepted") change(runId, { state: "sending", error: null });
    try {
      const attachments = files.length === 0 ? [] : await import("./files/attaching.ts").then(({ wireFile }) => Promise.all(files.map(wireFile)));
      answered(message, await connection().request<Sent>("chat.send", { sessionKey: key, message: text, idempotencyKey: runId, ...(attachments.length === 0 ? {} : { attachments }) }));
    } catch (error) {
      if (error instanceof ConnectionLost) return message.state === "accepted" ? undefined : change(runId, { state: "waiting" });
      change(runId, { state: "failed", error: wordsOf(error) });
    }
  }

  function find(runId: string): Outgoing | undefined {
    return store.outgoing.value.find((message) => message.runId === runId);
  }

  return {
    send(text, files = []) {
      const key = store.selected.value;
      const words = text.trim() === "" ? wordless(files) : text;
      if (key === null || words === "") return;
      const message = compose(key, words, files, store);
      store.outgoing.value = [...store.outgoing.value, message];
      void transmit(message);
    },
    retry(runId) {
      const message = find(runId);
      if (message) void transmit(message);
    },
    discard(runId) {
      store.outgoing.value = store.outgoing.value.filter((message) => message.runId !== runId);
    },
    async stop() {
      const key = store.selected.value;
      if (key === null) return;
      await connection()
        .request("chat.abort", { sessionKey: key })
        .catch((error: unknown) => addNote(store, { id: crypto.randomUUID(), kind: "failure", text: wordsOf(error) }));
    },
    resume() {
      store.outgoing.value = store.outgoing.value.map((message) => (isLost(message) ? { ...message, state: "failed", error: store.texts.value.life.lost } : message));
      for (const message of store.outgoing.value) if (message.state === "waiting" || message.state === "sending" || message.state === "accepted") void transmit(message);
    },
  };
}
