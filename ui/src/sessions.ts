import { batch } from "@preact/signals";
import type { Connection } from "./connection.ts";
import type { ListFilter, Store } from "./store.ts";
import type { SessionChanged, SessionPage, SessionRow } from "./wire.ts";

const PAGE = 30;
const MOST = 1_000;
/** Typing is waited for before the gateway is asked. */
const TYPING_MS = 150;

export interface Sessions {
  /** Reads the list as far as it has been shown. */
  load(): Promise<void>;
  showMore(): Promise<void>;
  filter(wanted: ListFilter): void;
  onChanged(change: SessionChanged): void;
}

function sorted(rows: Iterable<SessionRow>): readonly SessionRow[] {
  const byKey = new Map<string, SessionRow>();
  for (const row of rows) byKey.set(row.key, row);
  return [...byKey.values()].sort((a, b) => Number(b.pinned === true) - Number(a.pinned === true) || b.updatedAt - a.updatedAt);
}

/** What is known of a session, and what was told of it. A whole row leaves out what the session is not. */
function changed(known: SessionRow | undefined, { sessionKey, reason: _reason, phase: _phase, ...changes }: SessionChanged): SessionRow {
  const { totalTokens, ...others } = known ?? {};
  const { pinned: _pinned, archived: _archived, label: _label, ...whole } = others as Partial<SessionRow>;
  // A figure that is left out is the one before only where nothing is said of it.
  const figure = totalTokens === undefined || changes.totalTokensFresh === false ? {} : { totalTokens };
  return { kind: "unknown", sessionId: "", updatedAt: 0, ...(changes.updatedAt === undefined ? others : whole), ...figure, ...changes, key: sessionKey };
}

export function createSessions(store: Store, connection: () => Connection): Sessions {
  let typing = 0;

  async function ask(offset: number, limit: number, filter: object): Promise<SessionPage> {
    const page = await connection().request<SessionPage>("sessions.list", { limit, offset, ...filter });
    if (page.defaults?.model) store.defaultModel.value = page.defaults.model;
    return page;
  }

  async function find(offset: number): Promise<void> {
    const { filter, results } = store;
    const wanted = filter.value;
    const page = await ask(offset, PAGE, { ...(wanted.text === "" ? {} : { search: wanted.text }), ...(wanted.archived ? { archived: true } : {}) });
    // Something else may have been typed meanwhile.
    if (wanted !== filter.value) return;
    store.moreSessions.value = page.hasMore === true;
    results.value = sorted([...(offset === 0 ? [] : (results.value ?? [])), ...page.sessions]);
  }

  async function load(): Promise<void> {
    const page = await ask(0, Math.min(MOST, Math.max(PAGE, store.sessions.value.length)), {});
    store.sessions.value = sorted(page.sessions);
    if (store.isFiltered.value) return find(0);
    store.moreSessions.value = page.hasMore === true;
  }

  return {
    load,
    async showMore() {
      if (store.isFiltered.value) return find(store.results.value?.length ?? 0);
      const page = await ask(store.sessions.value.length, PAGE, {});
      store.moreSessions.value = page.hasMore === true;
      store.sessions.value = sorted([...store.sessions.value, ...page.sessions]);
    },
    filter(wanted) {
      store.filter.value = wanted;
      clearTimeout(typing);
      typing = setTimeout(() => {
        if (!store.isFiltered.value) store.results.value = null;
        load().catch(console.warn);
      }, TYPING_MS);
    },
    onChanged(change) {
      const { sessionKey, reason, phase } = change;
      const known = store.sessions.value.find(({ key }) => key === sessionKey);
      const without = (rows: readonly SessionRow[]): readonly SessionRow[] => rows.filter(({ key }) => key !== sessionKey);
      batch(() => {
        if (reason === "delete") {
          store.sessions.value = without(store.sessions.value);
          store.results.value &&= without(store.results.value);
        } else if (change.updatedAt !== undefined || known) {
          const row = changed(known, change);
          store.sessions.value = row.archived === true ? without(store.sessions.value) : sorted([...store.sessions.value, row]);
          store.results.value &&= store.results.value.flatMap((other) => (other.key !== sessionKey ? [other] : (row.archived === true) === store.filter.value.archived ? [changed(other, change)] : []));
        }
        if (phase === "end" && sessionKey !== store.selected.value) store.unread.value = new Set([...store.unread.value, sessionKey]);
      });
    },
  };
}
