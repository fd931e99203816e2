import { ContinuoError } from "../../domain/errors.ts";
import type { Clock } from "../../domain/clock.ts";
import { createTableHash, rowLine } from "../copy/hash.ts";
import { countOf, deleteWith, keyText, rowsBehind, rowsWith, sourceOf } from "../copy/port-rows.ts";
import { digestTables } from "../copy/read-all.ts";
import { keyOf, type Row, type TableShape } from "../copy/rows.ts";
import { quoted, type SqlPort } from "../copy/sql-port.ts";
import { refuseUsed } from "../copy/used.ts";
import type { MoveRow } from "../tables.ts";
import { countLog, endLog, forgetLog, readLog, startLog, type Noted } from "./log.ts";
import { forgetMove, readMove, writeMove } from "./state.ts";

/** How far a move is. `copy`: rows; `follow`: changes since; `compare`: rows of both databases; `switch`: what was left. */
export interface MoveProgress {
  readonly phase: "copy" | "follow" | "compare" | "switch";
  readonly done: number;
  readonly total: number;
}

export interface MoveParts {
  readonly source: SqlPort;
  readonly target: SqlPort;
  readonly clock: Clock;
  /** Where they are, without passwords: each keeps a note of the other. */
  readonly names: { readonly source: string; readonly target: string };
  newId(): string;
  readonly signal: AbortSignal;
  onProgress(progress: MoveProgress): void;
}

export interface MovedTable {
  readonly name: string;
  readonly rows: number;
}

/** Rounds are begun again while they find more changes than this, as long as each finds fewer than the last. */
const LITTLE = 50;
const MOST_ROUNDS = 20;
const PAGE_ROWS = 500;

/** A target that somebody uses, or has used, is left alone; one that a move of before left half done is begun afresh. */
async function refuseOccupied({ target, names, clock }: MoveParts, own: boolean): Promise<void> {
  const found = await readMove(target);
  const half = found?.role === "target" && found.state === "copying";
  await refuseUsed(target, names.target, clock.now(), own || half);
}

async function sameTables({ source, target, names }: MoveParts): Promise<void> {
  const [from, to] = [await source.shapes(), await target.shapes()];
  if (JSON.stringify(from) !== JSON.stringify(to)) throw new ContinuoError("STORE_NEWER", `${names.target} has schema ${target.schema}, ${names.source} has schema ${source.schema}: they do not have the same tables.`);
}

/** What an earlier try has left: it is gone on with. */
async function resumed({ source, target }: MoveParts): Promise<MoveRow | null> {
  const [from, to] = [await readMove(source), await readMove(target)];
  return from?.role === "source" && from.state === "moving" && to?.role === "target" && to.id === from.id ? to : null;
}

/** Changes are noted from here on, and the target says that it is being made. Answers how far it is. */
export async function beginMove(parts: MoveParts): Promise<MoveRow> {
  const { source, target, clock, names } = parts;
  await sameTables(parts);
  const before = await resumed(parts);
  await refuseOccupied(parts, before !== null);
  if (before !== null) return before;
  const at = clock.now();
  const move = { id: parts.newId(), table_name: null, after_key: null, rows: 0, at, updated_at: at };
  await endLog(source);
  await startLog(source);
  await source.transaction(() => writeMove(source, { ...move, role: "source", state: "moving", peer: names.target }));
  if ((await readMove(target))?.id === move.id) {
    await cancelMove(source);
    throw new ContinuoError("REQUEST_INVALID", `${names.target} is the database that is in use.`, { fields: { cure: "Name another database." } });
  }
  const copying: MoveRow = { ...move, role: "target", state: "copying", peer: names.source };
  await target.transaction(async () => {
    for (const { name } of await target.shapes()) await target.ask(`delete from ${quoted(name)}`);
    await writeMove(target, copying);
  });
  return copying;
}

/** All rows, table by table, page by page; each page is kept together with how far that is. */
async function copyTables(parts: MoveParts, from: MoveRow): Promise<MoveRow> {
  const { source, target, clock, signal, onProgress } = parts;
  let state = from;
  if (state.state !== "copying") return state;
  const tables = await source.shapes();
  let total = 0;
  for (const table of tables) total += await countOf(source, table);
  const first = state.table_name === null ? 0 : tables.findIndex(({ name }) => name === state.table_name);
  for (const table of tables.slice(first)) {
    let after = state.table_name === table.name && state.after_key !== null ? (JSON.parse(state.after_key) as Row) : null;
    for (;;) {
      signal.throwIfAborted();
      const rows = await rowsBehind(source, table, after, PAGE_ROWS);
      const last = rows.at(-1);
      if (last === undefined) break;
      after = keyOf(table, last);
      state = { ...state, table_name: table.name, after_key: JSON.stringify(after), rows: state.rows + rows.length, updated_at: clock.now() };
      const kept = state;
      await target.transaction(async () => {
        // What stands in the way of another row has changed since it was copied: it is in the log.
        await target.insert(table, rows, true);
        await writeMove(target, kept);
      });
      onProgress({ phase: "copy", done: Math.min(state.rows, total), total });
      // What is added at the end meanwhile is in the log: nobody runs after it.
      if (rows.length < PAGE_ROWS) break;
    }
  }
  return state;
}

function differs(name: string): ContinuoError {
  return new ContinuoError("MOVE_DIFFERS", `Table ${name} is not the same in both databases.`, { fields: { table: name } });
}

function hashOf(table: TableShape, rows: readonly Row[]): string {
  const hash = createTableHash();
  for (const row of rows.toSorted((a, b) => (keyText(table, a) < keyText(table, b) ? -1 : 1))) hash.add(rowLine(row), 1);
  return hash.digest().sha256;
}

/**
 * Makes the rows with these keys what they are in `from`, and looks that they are: first away with all of them, so that
 * none is in another's way.
 */
async function applyRows(from: SqlPort, { target }: MoveParts, { keys }: Noted): Promise<void> {
  const tables = (await target.shapes()).flatMap((table) => (keys.has(table.name) ? [{ table, keys: keys.get(table.name) ?? [] }] : []));
  const found = new Map<string, readonly Row[]>();
  for (const { table, keys: wanted } of tables) found.set(table.name, await rowsWith(from, table, wanted));
  await target.transaction(async () => {
    for (const { table, keys: wanted } of tables) await deleteWith(target, table, wanted);
    for (const { table } of tables) await target.insert(table, found.get(table.name) ?? [], false);
  });
  for (const { table, keys: wanted } of tables) {
    if (hashOf(table, found.get(table.name) ?? []) !== hashOf(table, await rowsWith(target, table, wanted))) throw differs(table.name);
  }
}

/** What has changed up to this moment is carried over; answers how much that was. */
async function followOnce(parts: MoveParts): Promise<number> {
  const moment = await parts.source.snapshot();
  let noted: Noted;
  try {
    noted = await readLog(moment);
    await applyRows(moment, parts, noted);
  } finally {
    await moment.close();
  }
  await forgetLog(parts.source, noted.seqs);
  return noted.seqs.length;
}

async function followAll(parts: MoveParts): Promise<void> {
  for (let round = 0, last = Infinity; round < MOST_ROUNDS; round++) {
    parts.signal.throwIfAborted();
    const changes = await followOnce(parts);
    parts.onProgress({ phase: "follow", done: 1, total: 1 });
    if (changes <= LITTLE || changes >= last) return;
    last = changes;
  }
}

/** Everything there is at one moment, of both, counted and hashed; the gateway works meanwhile. */
async function compareAll(parts: MoveParts): Promise<MovedTable[]> {
  const { source, target, signal, onProgress } = parts;
  const moment = await source.snapshot();
  try {
    const noted = await readLog(moment);
    await applyRows(moment, parts, noted);
    let total = 0;
    for (const table of await moment.shapes()) total += 2 * (await countOf(moment, table));
    let done = 0;
    const tables = await compareTables(moment, target, (rows) => {
      signal.throwIfAborted();
      onProgress({ phase: "compare", done: (done += rows), total });
    });
    await forgetLog(source, noted.seqs);
    return tables;
  } finally {
    await moment.close();
  }
}

async function compareTables(moment: SqlPort, target: SqlPort, onRows: (rows: number) => void): Promise<MovedTable[]> {
  const copy = await target.snapshot();
  try {
    const [from, to] = [await digestTables(sourceOf(moment), onRows), await digestTables(sourceOf(copy), onRows)];
    const other = [...from].find(([name, { rows, sha256 }]) => to.get(name)?.rows !== rows || to.get(name)?.sha256 !== sha256);
    if (other) throw differs(other[0]);
    return [...from].map(([name, { rows }]) => ({ name, rows }));
  } finally {
    await copy.close();
  }
}

/**
 * Copies everything while the gateway works, follows what changes meanwhile, and compares both. Begun again after it was
 * stopped or killed, it goes on where it was. What is left is for `endMove`. Errors: STORE_OCCUPIED, STORE_NEWER,
 * MOVE_DIFFERS, those of the stores, `signal`'s reason.
 */
export async function carryOver(parts: MoveParts): Promise<{ readonly id: string; readonly tables: readonly MovedTable[] }> {
  const begun = await beginMove(parts);
  const copied = await copyTables(parts, begun);
  await followAll(parts);
  const tables = await compareAll(parts);
  await followAll(parts);
  return { id: copied.id, tables };
}

/**
 * The last part, while nobody writes: the rest is carried over and compared, and the target counts on where the source
 * was. It is a store from then on. Throws MOVE_DIFFERS.
 */
export async function endMove(parts: MoveParts, id: string): Promise<void> {
  const { source, target, clock, onProgress } = parts;
  const rest = await readLog(source);
  await applyRows(source, parts, rest);
  onProgress({ phase: "switch", done: 1, total: 2 });
  // All was compared before, and what has changed since was compared when it was carried over.
  for (const table of await source.shapes()) if ((await countOf(source, table)) !== (await countOf(target, table))) throw differs(table.name);
  await forgetLog(source, rest.seqs);
  await target.counters.set(await source.counters.read());
  const state = await readMove(target);
  if (state?.id !== id) throw differs("moves");
  await target.transaction(async () => writeMove(target, { ...state, state: "ready", updated_at: clock.now() }));
  onProgress({ phase: "switch", done: 2, total: 2 });
}

/** The source is left: a gateway that is started on it is told where everything is. */
export async function leaveSource({ source, clock, names }: MoveParts, id: string): Promise<void> {
  const now = clock.now();
  await source.transaction(() => writeMove(source, { id, role: "source", state: "moved", peer: names.target, table_name: null, after_key: null, rows: 0, at: now, updated_at: now }));
  await endLog(source);
}

/** The store that this port has open has nothing to do with a move any more; true when it had. */
export async function cancelMove(port: SqlPort): Promise<boolean> {
  const found = await readMove(port);
  await port.transaction(() => forgetMove(port));
  await endLog(port);
  return found !== null;
}

/** How many changes wait to be carried over; null where nothing is noted. */
export async function waitingChanges(port: SqlPort): Promise<number | null> {
  const found = await readMove(port);
  return found?.role === "source" && found.state === "moving" ? countLog(port) : null;
}

