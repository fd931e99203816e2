import { setImmediate as nextTurn } from "node:timers/promises";
import { settleRemainder, type Remainder } from "../sessions/lessen.ts";
import type { AnyRow, TableRows } from "../store/erase/table-rows.ts";
import { insertErasurePart } from "../store/statements/insert-erasure-part.ts";
import type { Executor, Store } from "../store/store.ts";
import type { Hit } from "./collect.ts";
import { createCounting, type Counting } from "./removed.ts";
import { forgetFile } from "./files.ts";
import { judgeEntry, RULES_BY_TABLE, type Rule, type Traces } from "./rules.ts";
import { tableOf, type AllTables } from "./survey.ts";
import { entriesOf } from "./walk.ts";

/** What an erasure writes with. */
export interface Pen {
  readonly store: Store;
  readonly tables: AllTables;
  readonly traces: Traces;
  readonly erasure: number;
  readonly salt: string;
  /** The number of the next part. */
  next(): number;
  now(): number;
}

/** How many rows one transaction removes. */
const TOGETHER = 100;

/** One transaction of an erasure: what it removes is noted with it. */
export function inStep<T>({ store, erasure, salt, next }: Pen, session: string | null, work: (tx: Executor, counting: Counting) => Promise<T>): Promise<T> {
  const step = async (tx: Executor): Promise<T> => {
    // It may be done twice: each time is counted anew.
    const counting = createCounting(salt);
    const result = await work(tx, counting);
    if (counting.total() > 0) await tx.run(insertErasurePart, { erasure, number: next(), content: JSON.stringify(counting.removed()) });
    return result;
  };
  return session === null ? store.transaction(step) : store.transaction(step, session);
}

async function rewrite(tx: Executor, table: TableRows, before: AnyRow, after: AnyRow): Promise<void> {
  for (const column of Object.keys(after)) if (after[column] !== before[column]) await table.set(tx, after, column);
}

/** Removes a row as it is now, with what depends on it; nothing where it is gone or nobody's business any more. */
async function removeRow(pen: Pen, tx: Executor, counting: Counting, table: TableRows, rule: Rule, hit: Hit, judge: (row: AnyRow) => ReturnType<Rule["judge"]>): Promise<void> {
  const row = await table.find(tx, hit.key);
  if (row === undefined) return;
  const verdict = judge(row);
  if (verdict === "keep") return;
  if (verdict === "remove") {
    for (const dependent of rule.dependents?.(row) ?? []) {
      const gone = await tableOf(pen.tables, dependent.table).remove(tx, dependent.row);
      if (gone === 0) continue;
      counting.add(RULES_BY_TABLE.get(dependent.table)?.kind ?? dependent.table, hit.session, null);
      if (dependent.table === "media_uses") await forgetFile(tx, counting, String(dependent.row["hash"]), pen.now());
    }
    await table.remove(tx, row);
    counting.add(rule.kind, hit.session, rule.text?.(row) ?? null);
    return;
  }
  await rewrite(tx, table, row, verdict);
  counting.add(`${rule.kind}, rewritten`, hit.session, null);
}

function bySession(hits: readonly Hit[]): Map<string | null, Hit[]> {
  return Map.groupBy(hits, ({ session }) => session);
}

/** Removes rows of one table, some in each transaction. `onDone` hears how many. */
export async function removeHits(pen: Pen, name: string, hits: readonly Hit[], onDone: (count: number) => void, judge?: Rule["judge"]): Promise<void> {
  const table = tableOf(pen.tables, name);
  const rule = RULES_BY_TABLE.get(name);
  if (rule === undefined) throw new TypeError(`there is no rule for ${name}`);
  for (const [session, all] of bySession(hits)) {
    for (let from = 0; from < all.length; from += TOGETHER) {
      const some = all.slice(from, from + TOGETHER);
      await inStep(pen, session, async (tx, counting) => {
        for (const hit of some) await removeRow(pen, tx, counting, table, rule, hit, (row) => (judge ?? rule.judge)(row, pen.traces));
      });
      onDone(some.length);
      await nextTurn();
    }
  }
}

function behind(gone: ReadonlyMap<unknown, unknown>, parent: unknown): string | null {
  let at = parent;
  while (gone.has(at)) at = gone.get(at);
  return typeof at === "string" ? at : null;
}

/** What others said stays in a row: it stands behind what it stood behind before they came between. */
async function relink(pen: Pen, sessionId: string, session: string, goes: (row: AnyRow) => boolean): Promise<Remainder & { readonly questions: ReadonlySet<unknown> }> {
  const entries = tableOf(pen.tables, "entries");
  const gone = new Map<unknown, unknown>();
  const questions = new Set<unknown>();
  const left: { -readonly [Name in keyof Remainder]: Remainder[Name] } = { messages: 0, leaf: null, first: null };
  for await (const rows of entriesOf(pen.store, entries, sessionId)) {
    const moved: AnyRow[] = [];
    for (const row of rows) {
      if (goes(row)) {
        gone.set(row["id"], row["parent_id"]);
        if (row["role"] === "user") questions.add(row["seq"]);
        continue;
      }
      if (row["role"] === "user" || row["role"] === "assistant") left.messages++;
      left.leaf = String(row["id"]);
      if (row["role"] === "user") left.first ??= String(row["text"]);
      const parent = behind(gone, row["parent_id"]);
      if (parent !== row["parent_id"]) moved.push({ ...row, parent_id: parent });
    }
    if (moved.length > 0) await pen.store.transaction(async (tx) => void (await Promise.all(moved.map((row) => entries.set(tx, row, "parent_id")))), session);
  }
  return { ...left, questions };
}

/**
 * Takes somebody's entries, and the answers to them, out of a conversation that others share: nothing begins in it
 * meanwhile. Answers go first: until the last question is gone it is known which ones they are.
 */
export async function removeFromShared(pen: Pen, sessionId: string, session: string, hits: readonly Hit[], onDone: (count: number) => void): Promise<void> {
  const seqs = new Set(hits.map(({ key }) => key["seq"]));
  const goes = (row: AnyRow): boolean => seqs.has(row["seq"] ?? null) && judgeEntry(row, pen.traces, true) === "remove";
  const left = await relink(pen, sessionId, session, goes);
  const judge: Rule["judge"] = (row, traces) => judgeEntry(row, traces, true);
  const isQuestion = ({ key }: Hit): boolean => left.questions.has(key["seq"]);
  await settleRemainder(pen.store, sessionId, left);
  await removeHits(pen, "entries", [...hits.filter((hit) => !isQuestion(hit)), ...hits.filter(isQuestion)], onDone, judge);
}
