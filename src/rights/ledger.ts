import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ids } from "../domain/ids.ts";
import { LEDGER } from "../store/seals/seal.ts";
import { rewriteEvents } from "../store/seals/rewrite.ts";
import { pageEvents } from "../store/statements/page-events.ts";
import type { Store } from "../store/store.ts";
import type { EventRow } from "../store/tables.ts";
import type { Traces } from "./rules.ts";

const PAGE = 200;

/** Fields of the ledger that hold an account's id next to the channel it is on. */
const ID_FIELDS: ReadonlySet<string> = new Set(["senderId", "peer", "alias", "chat", "sender"]);

/** The same value without them; the very same one where they are not in it. */
function withoutThem(value: unknown, traces: Traces, pseudonym: string): unknown {
  if (typeof value === "string") return traces.own.has(value) ? pseudonym : traces.withoutThem(value);
  if (Array.isArray(value)) {
    const next = value.map((one) => withoutThem(one, traces, pseudonym));
    return next.some((one, index) => one !== value[index]) ? next : value;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const next = Object.entries(fields).map(([name, field]) => {
    const isId = ID_FIELDS.has(name) && traces.isAccount(fields["channel"], fields["account"] ?? null, field);
    return [name, isId ? pseudonym : withoutThem(field, traces, pseudonym)] as const;
  });
  return next.some(([name, field]) => field !== fields[name]) ? Object.fromEntries(next) : value;
}

/** What a line of the ledger says without them; null where it does not name them. */
export function lineWithoutThem(line: EventRow, traces: Traces, pseudonym: string): EventRow | null {
  const key = line.session_key;
  const session_key = key === null ? null : traces.own.has(key) || traces.ownsKey(key) ? pseudonym : traces.withoutThem(key);
  const data = JSON.parse(line.data) as unknown;
  const next = withoutThem(data, traces, pseudonym);
  return session_key === key && next === data ? null : { ...line, session_key, data: next === data ? line.data : JSON.stringify(next) };
}

/** Lines of the ledger keep what happened, and stop naming to whom. Answers how many were rewritten. */
export async function rewriteLedger(store: Store, traces: Traces, pseudonym: string, ids: Pick<Ids, "token">, now: () => number): Promise<number> {
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await store.all(pageEvents, { after, limit: PAGE });
    const last = rows.at(-1);
    if (last === undefined) return count;
    const lines = rows.flatMap((row) => lineWithoutThem(row, traces, pseudonym) ?? []);
    if (lines.length > 0) await store.transaction((tx) => rewriteEvents(tx, lines, pseudonym, ids, now()), LEDGER);
    count += lines.length;
    after = last.seq;
    await nextTurn();
  }
}

/** How many lines name them. */
export async function countInLedger(store: Store, traces: Traces): Promise<number> {
  let count = 0;
  for (let after = -1; ; ) {
    const rows = await store.all(pageEvents, { after, limit: PAGE });
    const last = rows.at(-1);
    if (last === undefined) return count;
    count += rows.filter((row) => lineWithoutThem(row, traces, "") !== null).length;
    after = last.seq;
    await nextTurn();
  }
}
