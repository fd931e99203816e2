import { batch } from "@preact/signals";
import { useApp } from "../app.ts";
import type { App } from "../app.ts";
import { EARLIER_PAGE, FIRST_PAGE, merge, turnTo } from "../history.ts";
import { NO_TRANSCRIPT } from "../store.ts";
import type { Store } from "../store.ts";
import type { History, Message } from "../wire.ts";

interface Place {
  readonly key: string;
  readonly sessionId: string;
  readonly seq: number;
}

function show(store: Store, { key, seq }: Place, reading: string | null, page: History, newest: number | null): void {
  batch(() => {
    turnTo(store, key, reading);
    store.transcript.value = { ...merge(NO_TRANSCRIPT, page), newest };
    store.target.value = { seq, found: true };
  });
}

/** Shows a message with its neighbours: in the current conversation if it is among its newest, else for reading alone. */
export async function openAt({ store, history }: Pick<App, "store" | "history">, place: Place): Promise<void> {
  const { key, sessionId, seq } = place;
  const isCurrent = history.begin();
  const latest = await history.ask(key, null, { limit: FIRST_PAGE });
  if (latest.sessionId === sessionId && latest.messages.some((message) => message.seq === seq)) return isCurrent() ? show(store, place, null, latest, null) : undefined;
  const [page, end] = await Promise.all([history.ask(key, sessionId, { limit: FIRST_PAGE, beforeSeq: seq + FIRST_PAGE / 2 }), history.ask(key, sessionId, { limit: 1 })]);
  const newest = end.messages.at(-1)?.seq ?? 0;
  if (isCurrent()) show(store, place, sessionId, page, newest > (page.messages.at(-1)?.seq ?? 0) ? newest : null);
}

async function loadLater({ store, history }: App): Promise<void> {
  const { messages, newest } = store.transcript.value;
  const last = messages.at(-1)?.seq;
  const key = store.selected.value;
  if (last === undefined || key === null || newest === null) return;
  let later: readonly Message[] = [];
  let reached = last;
  // What was set aside leaves gaps, which may be longer than a page.
  while (later.length === 0 && reached < newest) {
    reached = Math.min(newest, reached + EARLIER_PAGE);
    const page = await history.ask(key, store.reading.value, { limit: EARLIER_PAGE, beforeSeq: reached + 1 });
    later = page.messages.filter(({ seq }) => seq > last);
  }
  // Something else may have been opened meanwhile.
  if (store.transcript.value.messages === messages) store.transcript.value = { ...store.transcript.value, messages: [...messages, ...later], newest: reached < newest ? newest : null };
}

export function LaterButton() {
  const app = useApp();
  return (
    <button type="button" class="more" onClick={() => void loadLater(app).catch(console.warn)}>
      {app.store.texts.value.life.later}
    </button>
  );
}
