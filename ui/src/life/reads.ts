import type { Connection } from "../connection.ts";
import type { Store } from "../store.ts";
import { recall, remember } from "../token.ts";
import { knows } from "../wire.ts";
import type { ReadsSince } from "../wire.ts";

export interface Reads {
  /** Where this device stopped reading a session; null where nobody knows. Never fails. */
  arrive(key: string): Promise<ReadsSince | null>;
  /** What is shown was read up to a message. */
  seen(seq: number): void;
}

const DEVICE = "continuo.device";
/** Scrolling is told once it rests. */
const REST_MS = 500;

function deviceId(): string {
  const kept = recall(DEVICE);
  if (kept !== null) return kept;
  const fresh = `page-${crypto.randomUUID()}`;
  remember(DEVICE, fresh);
  return fresh;
}

interface Mark {
  readonly key: string;
  readonly sessionId: string;
  readonly seq: number;
}

/** How far this device has read, told to the gateway: only forwards, and only while somebody looks. */
export function createReads(store: Store, connection: () => Connection): Reads {
  const device = deviceId();
  let mark: Mark | null = null;
  let timer = 0;

  function tell(): void {
    clearTimeout(timer);
    timer = 0;
    if (mark === null) return;
    // The next message tells it again.
    connection().request("reads.mark", { ...mark, device }).catch(console.info);
  }

  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && timer !== 0 && tell());

  return {
    async arrive(key) {
      if (timer !== 0) tell();
      if (!knows(store.hello.value, "reads.since")) return null;
      return connection()
        .request<ReadsSince>("reads.since", { key, device })
        .catch(() => null);
    },
    seen(seq) {
      const key = store.selected.value;
      const { sessionId } = store.transcript.value;
      if (key === null || sessionId === null || store.reading.value !== null || document.visibilityState === "hidden" || !knows(store.hello.value, "reads.mark")) return;
      if (mark?.key === key && mark.sessionId === sessionId && mark.seq >= seq) return;
      mark = { key, sessionId, seq };
      timer ||= setTimeout(tell, REST_MS);
    },
  };
}
