import { batch } from "@preact/signals";
import type { Connection } from "./connection.ts";
import type { Store } from "./store.ts";
import type { SessionChanged, SessionPage, SessionRow } from "./wire.ts";

const PAGE = 30;
const MOST = 1_000;

export interface Sessions {
  /** Reads the list as far as it has been shown. */
  load(): Promise<void>;
  showMore(): Promise<void>;
  onChanged(change: SessionChanged): void;
}

function sorted(rows: Iterable<SessionRow>): readonly SessionRow[] {
  const byKey = new Map<string, SessionRow>();
  for (const row of rows) byKey.set(row.key, row);
  return [...byKey.values()].sort((a, b) => b.updatedAt - a.updatedAt);
}

export function createSessions(store: Store, connection: () => Connection): Sessions {
  async function read(offset: number, limit: number): Promise<SessionPage> {
    const page = await connection().request<SessionPage>("sessions.list", { limit, offset });
    if (page.defaults?.model) store.defaultModel.value = page.defaults.model;
    store.moreSessions.value = page.hasMore === true;
    return page;
  }

  return {
    async load() {
      const page = await read(0, Math.min(MOST, Math.max(PAGE, store.sessions.value.length)));
      store.sessions.value = sorted(page.sessions);
    },
    async showMore() {
      const page = await read(store.sessions.value.length, PAGE);
      store.sessions.value = sorted([...store.sessions.value, ...page.sessions]);
    },
    onChanged({ sessionKey, reason, phase, ...changes }) {
      const known = store.sessions.value.find(({ key }) => key === sessionKey);
      batch(() => {
        if (reason === "delete") store.sessions.value = store.sessions.value.filter((row) => row !== known);
        else if (changes.updatedAt !== undefined || known) {
          const { totalTokens, ...others } = known ?? {};
          // A figure that is left out is the one before only where nothing is said of it.
          const kept = totalTokens === undefined || changes.totalTokensFresh === false ? others : { ...others, totalTokens };
          const row = { kind: "unknown", sessionId: "", updatedAt: 0, ...kept, ...changes, key: sessionKey };
          store.sessions.value = sorted([...store.sessions.value, row]);
        }
        if (phase === "end" && sessionKey !== store.selected.value) store.unread.value = new Set([...store.unread.value, sessionKey]);
      });
    },
  };
}
