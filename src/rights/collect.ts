import { setImmediate as nextTurn } from "node:timers/promises";
import type { Compaction } from "../domain/entry.ts";
import { unpackEntries } from "../sessions/maintenance/pack.ts";
import { ERASED_KEYS, type AnyRow } from "../store/erase/table-rows.ts";
import type { Executor } from "../store/store.ts";
import type { EntryRow } from "../store/tables.ts";
import { FreedUses, refsOf, sentWithEntry } from "./files.ts";
import { isNeverTheirs, isSummary, judgeEntry, RULES_BY_TABLE, type Traces } from "./rules.ts";
import type { Counting } from "./removed.ts";
import { tableOf, type AllTables } from "./survey.ts";
import { pagesIn } from "./walk.ts";

/** A row that is to go, or to stop naming somebody: the columns of its key, and the session that it belongs to. */
export interface Hit {
  readonly key: AnyRow;
  readonly session: string | null;
}

export interface Hits {
  /** By table, in the order in which they go. */
  readonly rows: ReadonlyMap<string, readonly Hit[]>;
  /** Of what is in the trash: rows that have something of theirs. */
  readonly trash: readonly Hit[];
  /** The sessions in which something changes. */
  readonly sessions: ReadonlySet<string>;
  readonly count: number;
}

export function sessionOf(table: string, row: AnyRow): string | null {
  const key = row[table === "sessions" || table === "conversations" ? "key" : "session_key"];
  return typeof key === "string" && key !== "" ? key : null;
}

function hitOf(table: string, row: AnyRow): Hit {
  const key = Object.fromEntries((ERASED_KEYS.get(table) ?? []).map((column) => [column, row[column] ?? null]));
  return { key, session: sessionOf(table, row) };
}

/** Summaries in sessions in which they spoke, forks of their conversations among them: that is known when all was seen. */
interface Summaries {
  readonly seen: { readonly session: unknown; readonly hit: Hit }[];
  readonly spoken: Set<unknown>;
}

/** One that a change of who shares what has set aside may stand for somebody who speaks elsewhere now. */
function standsForThem(row: AnyRow, { isAccount }: Traces): boolean {
  if (!isSummary(row)) return false;
  const { compaction } = JSON.parse(String(row["meta"])) as { readonly compaction?: Compaction };
  return compaction?.speakers?.some(({ channel, account, senderId }) => isAccount(channel, account, senderId)) === true;
}

/** Which entries of what was removed are theirs, by their place in the part. */
export function theirsIn(entries: readonly EntryRow[], traces: Traces): boolean[] {
  const verdicts = entries.map((entry) => judgeEntry({ ...entry }, traces, false) === "remove");
  const hasTheirs = verdicts.includes(true);
  return entries.map((entry, index) => verdicts[index] === true || judgeEntry({ ...entry }, traces, hasTheirs || standsForThem({ ...entry }, traces)) === "remove");
}

/** Of the files that a session in the trash holds, those that go: nothing that stays there names them. */
async function countTrashUses(store: Executor, tables: AllTables, files: ReadonlyMap<Hit, FilesOf>, counting: Counting, freed: FreedUses): Promise<void> {
  for (const [{ key, session }, { gone, kept }] of files) {
    for (const ref of gone) {
      if (kept.has(ref) || (await tableOf(tables, "media_uses").find(store, { kind: "trash", id: key["id"] ?? null, hash: ref })) === undefined) continue;
      counting.add(RULES_BY_TABLE.get("media_uses")?.kind ?? "", session, null);
      freed.add(ref);
    }
  }
}

interface FilesOf {
  readonly gone: Set<string>;
  readonly kept: Set<string>;
}

async function collectTrash(store: Executor, tables: AllTables, traces: Traces, counting: Counting, freed: FreedUses): Promise<Hit[]> {
  const files = new Map<unknown, FilesOf>();
  const hits = new Map<string, Hit>();
  const owners = new Map<unknown, AnyRow>();
  for await (const rows of pagesIn(store, tableOf(tables, "trash"))) {
    for (const row of rows) {
      owners.set(row["id"], row);
      const isOwn = traces.own.has(String(row["session_key"]));
      if (isOwn || traces.mentions(row["session"])) hits.set(String(row["id"]), hitOf("trash", row));
      if (isOwn) counting.add("removed conversations", row["session_key"], null);
    }
  }
  for await (const parts of pagesIn(store, tableOf(tables, "trash_parts"), 5)) {
    for (const part of parts.filter(({ kind }) => kind === "entries")) {
      const entries = unpackEntries(String(part["content"]));
      const theirs = theirsIn(entries, traces);
      const named = files.get(part["trash_id"]) ?? { gone: new Set(), kept: new Set() };
      files.set(part["trash_id"], named);
      for (const [index, entry] of entries.entries()) {
        if (theirs[index]) counting.add("messages in the trash", entry.session_key, null);
        for (const ref of refsOf(sentWithEntry(entry))) named[theirs[index] ? "gone" : "kept"].add(ref);
      }
      const owner = owners.get(part["trash_id"]);
      if (theirs.includes(true) && owner !== undefined) hits.set(String(part["trash_id"]), hitOf("trash", owner));
      await nextTurn();
    }
  }
  await countTrashUses(store, tables, new Map([...hits].map(([id, hit]) => [hit, files.get(id) ?? { gone: new Set(), kept: new Set() }])), counting, freed);
  return [...hits.values()];
}

/** What goes along with a row, counted as it will be when it does. */
async function countDependents(store: Executor, tables: AllTables, table: string, row: AnyRow, counting: Counting, freed: FreedUses): Promise<void> {
  for (const dependent of RULES_BY_TABLE.get(table)?.dependents?.(row) ?? []) {
    const found = await tableOf(tables, dependent.table).find(store, dependent.row);
    if (found === undefined) continue;
    counting.add(RULES_BY_TABLE.get(dependent.table)?.kind ?? dependent.table, sessionOf(table, row), null);
    if (dependent.table === "media_uses") freed.add(found["hash"]);
  }
}

/** Looks through every table for what is theirs. Nothing is written; `counting` hears what would go. */
export async function collect(store: Executor, tables: AllTables, traces: Traces, counting: Counting, onTable: (done: number, total: number) => void = () => undefined): Promise<Hits> {
  const rows = new Map<string, Hit[]>();
  const sessions = new Set<string>();
  const summaries: Summaries = { seen: [], spoken: new Set() };
  const freed = new FreedUses();
  let count = 0;
  let done = 0;
  const take = (table: string, hit: Hit, isGone: boolean): void => {
    const known = rows.get(table) ?? [];
    rows.set(table, known);
    known.push(hit);
    count++;
    if (hit.session !== null) sessions.add(hit.session);
    const kind = RULES_BY_TABLE.get(table)?.kind ?? table;
    counting.add(isGone ? kind : `${kind}, rewritten`, hit.session, null);
  };
  for (const [table, rule] of RULES_BY_TABLE) {
    onTable(done++, RULES_BY_TABLE.size);
    if (isNeverTheirs(rule)) continue;
    for await (const page of pagesIn(store, tableOf(tables, table))) {
      for (const row of page) {
        const verdict = rule.judge(row, traces);
        if (verdict !== "keep") take(table, hitOf(table, row), verdict === "remove");
        if (verdict === "remove") await countDependents(store, tables, table, row, counting, freed);
        if (table !== "entries") continue;
        if (verdict === "remove") summaries.spoken.add(row["session_key"]);
        else if (standsForThem(row, traces)) take(table, hitOf(table, row), true);
        else if (isSummary(row)) summaries.seen.push({ session: row["session_key"], hit: hitOf(table, row) });
      }
    }
    if (table === "entries") for (const { session, hit } of summaries.seen) if (summaries.spoken.has(session)) take(table, hit, true);
  }
  const trash = await collectTrash(store, tables, traces, counting, freed);
  await freed.countFiles(store, counting);
  onTable(done, RULES_BY_TABLE.size);
  return { rows, trash, sessions, count: count + trash.length };
}
