import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import type { Signal } from "../../cluster.ts";
import { createClient } from "./connect.ts";

export interface Listener {
  end(): Promise<void>;
}

export interface ListenerParts {
  readonly url: string;
  readonly channel: string;
  hear(signal: Signal): void;
  onGap(): void;
  onError(error: unknown): void;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** A connection of its own that hears what other gateways signal; it is made again when it breaks. */
export async function createListener(parts: ListenerParts): Promise<Listener> {
  const ended = new AbortController();
  let client: Client | null = null;

  const connect = async (): Promise<void> => {
    const next = createClient(parts.url, "listener");
    const lost = (error?: unknown): void => {
      if (client !== next || ended.signal.aborted) return;
      client = null;
      if (error !== undefined) parts.onError(error);
      void again();
    };
    next.on("error", lost);
    next.on("end", () => lost());
    next.on("notification", ({ payload }) => {
      if (payload !== undefined) parts.hear(JSON.parse(payload) as Signal);
    });
    try {
      await next.connect();
      await next.query(`listen "${parts.channel}"`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    client = next;
  };

  const again = async (): Promise<void> => {
    for (let wait = FIRST_WAIT_MS; !ended.signal.aborted; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        await connect();
        return parts.onGap();
      } catch (error) {
        parts.onError(error);
        await sleep(wait, undefined, { signal: ended.signal }).catch(() => undefined);
      }
    }
  };

  await connect();
  return {
    async end() {
      ended.abort();
      await client?.end().catch(() => undefined);
    },
  };
}
