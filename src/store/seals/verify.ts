import { setImmediate as nextTurn } from "node:timers/promises";
import { findLastSealed } from "../statements/find-last-sealed.ts";
import { listUnsealedEvents } from "../statements/list-unsealed-events.ts";
import { pageSeals, type SealedRow } from "../statements/page-seals.ts";
import type { Executor } from "../store.ts";
import type { EventRow } from "../tables.ts";
import { digestOf, hashOf, NO_HEAD, type Head } from "./chain.ts";
import { REWRITTEN, type Rewritten } from "./rewrite.ts";
import { headOf, isForeign, isScratchLine } from "./seal.ts";

/** Somewhere the ledger is not what was sealed. */
export interface Break {
  readonly kind: "changed" | "removed" | "inserted" | "truncated";
  /** The number of the seal; null for a line without one. */
  readonly n: number | null;
  /** The number of the line; null where that is not known any more. */
  readonly seq: number | null;
  readonly meaning: string;
}

export interface LedgerReport {
  readonly ok: boolean;
  readonly sealed: number;
  /** Written since the last seal: nothing is said of them yet. */
  readonly unsealed: number;
  /** Lines that say something else by an erasure, as a later line says. */
  readonly rewritten: number;
  readonly head: Head;
  /** Chain ends that were noted elsewhere and were found in the chain. */
  readonly heads: number;
  /** In the order of the chain. */
  readonly breaks: readonly Break[];
}

const PAGE = 500;
const MOST_BREAKS = 20;

interface Walk {
  before: Head;
  readonly breaks: Break[];
  readonly heads: Map<number, string>;
  headsFound: number;
  /** Lines that are not what was sealed, by number: what they are now may be told further on. */
  readonly differing: Map<number, { readonly n: number; readonly digest: string }>;
  readonly rewritten: Map<number, string>;
}

function lineOf(row: SealedRow): EventRow | null {
  const { event_seq: seq, event_at: at, kind, session_key, data } = row;
  return at === null || kind === null || data === null ? null : { seq, at, kind, session_key, data };
}

function note(walk: Walk, line: EventRow): void {
  if (line.kind !== REWRITTEN) return;
  for (const [seq, digest] of (JSON.parse(line.data) as Rewritten).lines) walk.rewritten.set(seq, digest);
}

function look(walk: Walk, row: SealedRow): void {
  const { n, event_seq: seq } = row;
  const add = (kind: Break["kind"], meaning: string): void => void walk.breaks.push({ kind, n, seq, meaning });
  if (n !== walk.before.n + 1) add("removed", `the seals ${walk.before.n + 1} to ${n - 1} are gone, and with them what said what their lines were`);
  else if (row.prev !== walk.before.hash) add("changed", `seal ${n} does not go behind the one before it: one of the two was replaced`);
  if (hashOf(row) !== row.hash) add("changed", `seal ${n} was changed after it was made`);
  const noted = walk.heads.get(n);
  if (noted !== undefined) {
    walk.headsFound++;
    if (noted !== row.hash) add("changed", `the chain was another one when its end was noted at seal ${n}: it was made anew since`);
  }
  walk.before = { n, hash: row.hash };
  const line = lineOf(row);
  if (line === null) return add("removed", `line ${seq} was sealed and is gone`);
  const digest = digestOf(row.salt, line);
  if (digest === row.digest) note(walk, line);
  else walk.differing.set(seq, { n, digest });
}

/** Of the lines that differ, those that no later line accounts for. */
function unexplained({ differing, rewritten }: Walk): Break[] {
  return [...differing].flatMap(([seq, { n, digest }]) =>
    rewritten.get(seq) === digest ? [] : [{ kind: "changed" as const, n, seq, meaning: `line ${seq} does not say any more what it said when it was sealed` }],
  );
}

/** Lines without a seal, among them those that somebody has put between older ones. */
async function lookAtUnsealed(store: Executor, walk: Walk): Promise<number> {
  const last = await store.get(findLastSealed, {});
  let waiting = 0;
  for (let after = -1; ; ) {
    const rows = await store.all(listUnsealedEvents, { after, limit: PAGE });
    for (const row of rows.filter((one) => !isScratchLine(one))) {
      if (!isForeign(row, last)) waiting++;
      else walk.breaks.push({ kind: "inserted", n: null, seq: row.seq, meaning: `line ${row.seq} stands between lines that were sealed and was not there then` });
    }
    const end = rows.at(-1);
    if (end === undefined || rows.length < PAGE) return waiting;
    after = end.seq;
    await nextTurn();
  }
}

function byPlace(a: Break, b: Break): number {
  return (a.n ?? Number.MAX_SAFE_INTEGER) - (b.n ?? Number.MAX_SAFE_INTEGER) || (a.seq ?? 0) - (b.seq ?? 0);
}

/**
 * Walks over the whole chain, a page at a time. `noted`: chain ends that were written down elsewhere; without one, lines
 * that were cut off at the end together with their seals cannot be missed.
 */
export async function verifyLedger(store: Executor, noted: readonly Head[], onProgress: (done: number, total: number) => void = () => undefined): Promise<LedgerReport> {
  const known = noted.filter(({ n }) => n > 0);
  const walk: Walk = { before: NO_HEAD, breaks: [], heads: new Map(known.map(({ n, hash }) => [n, hash])), headsFound: 0, differing: new Map(), rewritten: new Map() };
  const { n: total } = await headOf(store);
  for (;;) {
    const rows = await store.all(pageSeals, { after: walk.before.n, limit: PAGE });
    for (const row of rows) look(walk, row);
    onProgress(walk.before.n, Math.max(total, walk.before.n));
    if (rows.length < PAGE) break;
    await nextTurn();
  }
  const unsealed = await lookAtUnsealed(store, walk);
  for (const { n } of known.filter((head) => head.n > walk.before.n)) {
    walk.breaks.push({ kind: "truncated", n, seq: null, meaning: `the chain reached seal ${n} and ends at ${walk.before.n} now: its end was cut off` });
  }
  const breaks = [...walk.breaks, ...unexplained(walk)].toSorted(byPlace);
  const { rewritten, headsFound, before } = walk;
  return { ok: breaks.length === 0, sealed: before.n, unsealed, rewritten: rewritten.size, head: before, heads: headsFound, breaks: breaks.slice(0, MOST_BREAKS) };
}
