import { setImmediate as nextTurn } from "node:timers/promises";
import { searchSessions } from "../store/statements/search-sessions.ts";
import type { SessionListRow } from "../store/statements/session-list.ts";
import { skipSessions } from "../store/statements/skip-sessions.ts";
import type { Executor } from "../store/store.ts";

export interface Search {
  readonly text: string;
  /** Empty: any. */
  readonly agent: string;
  readonly since: number;
}

/** Sessions that are looked through before others are let in. */
const AMONG = 500;
const END = { before_at: Number.MAX_SAFE_INTEGER, before_key: "" };

/** Sessions whose key or name has a text in it, newest first, until there are `wanted`. */
export async function findSessions(store: Executor, { text, agent, since }: Search, wanted: number): Promise<SessionListRow[]> {
  const found: SessionListRow[] = [];
  for (let before = END; ; ) {
    found.push(...(await store.all(searchSessions, { agent, since, pattern: `%${text}%`, ...before, among: AMONG })));
    const last = await store.get(skipSessions, { since, ...before, skipped: AMONG - 1 });
    if (last === undefined || found.length >= wanted) return found.slice(0, wanted);
    before = { before_at: last.updated_at, before_key: last.key };
    await nextTurn();
  }
}
