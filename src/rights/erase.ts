/**
 * Erases somebody (docs/privacy.md):
 *
 *   begin (a row that says who, so that it can be gone on with) -> look through everything -> remove, in small steps
 *   -> look again, until nothing is found -> the ledger stops naming them -> pages and files are cleared -> certificate
 *
 * 1. Killed anywhere, the same command goes on, and so does the next start of a gateway.
 * 2. What others said stays; what was answered to them alone, too.
 * 3. Nothing begins in a conversation while something is taken out of it.
 * 4. Who it was is forgotten with the certificate: it holds hashes and counts.
 */
import type { Clock } from "../domain/clock.ts";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import { everyTable } from "../store/erase/table-rows.ts";
import { recordEvent } from "../store/ledger.ts";
import { sealAll } from "../store/seals/seal.ts";
import { deleteErasureParts } from "../store/statements/delete-erasure-parts.ts";
import { findNewestErasure } from "../store/statements/find-newest-erasure.ts";
import { insertErasure } from "../store/statements/insert-erasure.ts";
import { listErasureParts } from "../store/statements/list-erasure-parts.ts";
import { listErasures } from "../store/statements/list-erasures.ts";
import { settleErasure } from "../store/statements/settle-erasure.ts";
import type { Executor, Store } from "../store/store.ts";
import type { ErasureRow } from "../store/tables.ts";
import type { Certificate } from "./certificate.ts";
import { collect, type Hits } from "./collect.ts";
import { discardUnheld } from "./files.ts";
import { countInLedger, rewriteLedger } from "./ledger.ts";
import { removeFromShared, removeHits, type Pen } from "./remove.ts";
import { createCounting, joined, NOTHING, type Removed } from "./removed.ts";
import type { Traces } from "./rules.ts";
import { fileMark, identityMarks, scan, type ScannedFile } from "./scan.ts";
import { recognise, type Subject } from "./subject.ts";
import { survey, type AllTables } from "./survey.ts";
import { removeFromTrash } from "./trash.ts";

export type Phase = "look" | "remove" | "ledger" | "check";
export type OnProgress = (progress: { readonly phase: Phase; readonly done: number; readonly total: number }) => void;

/** What was in conversations that are gone, or say something else now. */
export interface Touched {
  readonly sessions: readonly string[];
  readonly conversations: readonly { readonly key: string; readonly sessionId: string }[];
}

/** What an erasure needs of the house around the store. */
export interface Surroundings {
  /** Keeps turns from beginning in these sessions until it is called again, and waits for those that run. Throws CHANGE_BUSY. */
  hold(sessions: readonly string[]): Promise<() => void>;
  /** The people tables are others now. */
  onPeople(): Promise<void>;
  /** Files and indexes beside these conversations are to follow. */
  onErased(touched: Touched): Promise<void>;
  /** Removes the bytes of files that were forgotten at `at`, ms, wherever they may lie. */
  discard(refs: readonly string[], at: number): Promise<void>;
  /** The readable files beside the database, and the names of those that were sent. */
  files(): AsyncIterable<ScannedFile>;
  /** Backups in the state directory, which hold what was. */
  backups(): readonly string[];
  readonly isAlone: boolean;
}

export interface EraseParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly version: string;
  readonly around: Surroundings;
  readonly onProgress: OnProgress;
}

/** A person who speaks all the time is still coming in; whoever came meanwhile is looked for this often. */
const MOST_PASSES = 10;
const MOST_RUNNING = 100;
const PAGE = 100;

export const BACKUPS_NOTE = "Backups that were made before still hold what was erased; so do archives of a database server and copies of the disk.";

export function pseudonymOf(n: number): string {
  return `erased-${n}`;
}

export function subjectOf(row: Pick<ErasureRow, "subject">): Subject | null {
  return row.subject === null ? null : (JSON.parse(row.subject) as Subject);
}

/** What would be removed: the same look as an erasure takes. */
export async function preview(parts: Pick<EraseParts, "store" | "onProgress">, subject: Subject): Promise<{ readonly removed: Removed; readonly ledger: number }> {
  const { store, onProgress } = parts;
  const tables = everyTable();
  const traces = await survey(store, tables, recognise(subject, pseudonymOf(0)));
  const counting = createCounting("", (key) => key);
  await collect(store, tables, traces, counting, (done, total) => onProgress({ phase: "look", done, total }));
  return { removed: counting.removed(), ledger: await countInLedger(store, traces) };
}

export async function runningErasures(store: Executor): Promise<ErasureRow[]> {
  return store.all(listErasures, { state: "running", limit: MOST_RUNNING });
}

/** Notes that they are being erased: from here on it is gone on with until it is done. */
export async function beginErasure({ store, clock, ids, version }: EraseParts, subject: Subject): Promise<ErasureRow> {
  return store.transaction(async (tx) => {
    const n = ((await tx.get(findNewestErasure, {}))?.n ?? 0) + 1;
    const row = { n, began_at: clock.now(), version, salt: ids.token(), subject: JSON.stringify(subject) };
    await tx.run(insertErasure, row);
    await recordEvent(tx, { at: row.began_at, kind: "people.erasure-began", session_key: null, data: { who: pseudonymOf(n) } });
    return { ...row, state: "running", ended_at: null, certificate: null };
  });
}

function conversationsOf(hits: Hits): Touched["conversations"] {
  const found = new Map<string, string>();
  for (const table of ["entries", "conversations"]) {
    for (const { key, session } of hits.rows.get(table) ?? []) if (session !== null) found.set(String(key["session_id"]), session);
  }
  return [...found].map(([sessionId, key]) => ({ key, sessionId }));
}

/** Entries of conversations that others share are taken out one conversation at a time. */
async function removeEntries(pen: Pen, hits: Hits, onDone: (count: number) => void): Promise<void> {
  const all = hits.rows.get("entries") ?? [];
  const isOwn = (session: string | null): boolean => session !== null && pen.traces.own.has(session);
  await removeHits(pen, "entries", all.filter(({ session }) => isOwn(session)), onDone);
  for (const [sessionId, some] of Map.groupBy(all.filter(({ session }) => !isOwn(session)), ({ key }) => String(key["session_id"]))) {
    await removeFromShared(pen, sessionId, some[0]?.session ?? "", some, onDone);
  }
}

async function removeAll(parts: EraseParts, pen: Pen, hits: Hits): Promise<void> {
  let done = 0;
  const onDone = (count: number): void => parts.onProgress({ phase: "remove", done: (done += count), total: hits.count });
  const release = await parts.around.hold([...hits.sessions]);
  try {
    for (const [table, rows] of hits.rows) {
      if (table === "entries") await removeEntries(pen, hits, onDone);
      else await removeHits(pen, table, rows, onDone);
    }
    await removeFromTrash(pen, hits.trash, onDone);
    if (["people", "identities", "approvals", "peer_aliases"].some((table) => hits.rows.has(table))) await parts.around.onPeople();
  } finally {
    release();
  }
}

async function readParts(store: Executor, erasure: number): Promise<{ readonly removed: Removed; readonly last: number }> {
  const found: Removed[] = [];
  for (let last = -1; ; ) {
    const rows = await store.all(listErasureParts, { erasure, after: last, limit: PAGE });
    for (const { content } of rows) found.push({ ...NOTHING, ...(JSON.parse(content) as Partial<Removed>) });
    last = rows.at(-1)?.number ?? last;
    if (rows.length < PAGE) return { removed: joined(found), last };
  }
}

interface Erased {
  readonly own: Set<string>;
  readonly touched: { readonly sessions: Set<string>; readonly conversations: Map<string, string> };
  traces: Traces;
}

/** Looks and removes until nothing is found any more: they may have said something meanwhile. */
async function removeUntilNothingIsLeft(parts: EraseParts, tables: AllTables, row: ErasureRow, subject: Subject): Promise<Erased> {
  const { store, onProgress } = parts;
  const who = recognise(subject, pseudonymOf(row.n));
  let next = (await readParts(store, row.n)).last;
  const erased: Erased = { own: new Set(), touched: { sessions: new Set(), conversations: new Map() }, traces: await survey(store, tables, who) };
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    if (pass > 0) erased.traces = await survey(store, tables, who);
    const { traces } = erased;
    const hits = await collect(store, tables, traces, createCounting(row.salt), (done, total) => onProgress({ phase: "look", done, total }));
    for (const key of traces.own) erased.own.add(key);
    if (hits.count === 0) return erased;
    for (const key of hits.sessions) erased.touched.sessions.add(key);
    for (const { key, sessionId } of conversationsOf(hits)) erased.touched.conversations.set(sessionId, key);
    await removeAll(parts, { store, tables, traces, erasure: row.n, salt: row.salt, next: () => ++next, now: () => parts.clock.now() }, hits);
  }
  throw new ContinuoError("CHANGE_BUSY", "They go on writing while they are erased.", { fields: { cure: "Take back their approval, or stop the gateway, and run the command again." } });
}

async function certify(parts: EraseParts, tables: AllTables, row: ErasureRow, subject: Subject, rewritten: number): Promise<Certificate> {
  const { store, clock, ids, around, onProgress } = parts;
  const { removed } = await readParts(store, row.n);
  const identities = new Set(identityMarks(row.salt, subject));
  const marks = new Set(removed.marks);
  const files = new Set(Object.keys(removed.files).map((ref) => fileMark(row.salt, ref)));
  const elsewhere = new Map<string, number>();
  const foreign = new Set<string>();
  const note = ({ what, where, mark }: { readonly what: string; readonly where: string; readonly mark: string }): void => {
    const place = `${what} in ${where}`;
    elsewhere.set(place, (elsewhere.get(place) ?? 0) + 1);
    // What the configuration file says of them is still theirs: it is to be found until it is taken out there.
    if (where !== "in_force") foreign.add(mark);
  };
  await scan({ store, tables, files: around.files() }, { salt: row.salt, identities, marks, files }, note, (done, total) => onProgress({ phase: "check", done, total }));
  const head = await sealAll(store, ids, () => clock.now());
  const backups = [...around.backups()];
  return {
    format: "continuo-erasure",
    formatVersion: 1,
    pseudonym: pseudonymOf(row.n),
    continuo: parts.version,
    beganAt: row.began_at,
    endedAt: clock.now(),
    salt: row.salt,
    removed: removed.counts,
    sessions: removed.sessions,
    identities: [...identities].filter((mark) => !foreign.has(mark)),
    marks: [...marks].filter((mark) => !foreign.has(mark)),
    files: [...files].filter((mark) => !foreign.has(mark)),
    shortTexts: removed.short,
    elsewhere: Object.fromEntries(elsewhere),
    ledger: { rewritten, ...head },
    backups,
    notes: [BACKUPS_NOTE],
  };
}

export interface Finished {
  readonly certificate: Certificate;
  /** False: the database's journal could not be emptied at the very end, since somebody else reads it. */
  readonly isCleared: boolean;
}

/** Goes on with an erasure, from wherever it was, to its end. Errors: CHANGE_BUSY, those of the store. */
export async function finishErasure(parts: EraseParts, row: ErasureRow): Promise<Finished> {
  const { store, clock, ids, around, onProgress } = parts;
  const subject = subjectOf(row);
  if (subject === null) throw new TypeError(`erasure ${row.n} is done`);
  const tables = everyTable();
  const { own, touched, traces } = await removeUntilNothingIsLeft(parts, tables, row, subject);
  // A killed erasure removes again what it had removed: the parts say what, until the end.
  for (const [ref, at] of Object.entries((await readParts(store, row.n)).removed.files)) await around.discard([ref], at);
  await discardUnheld(store, () => clock.now(), around.discard);
  onProgress({ phase: "ledger", done: 0, total: 1 });
  const rewritten = await rewriteLedger(store, { ...traces, own }, pseudonymOf(row.n), ids, () => clock.now());
  await around.onErased({ sessions: [...touched.sessions], conversations: [...touched.conversations].map(([sessionId, key]) => ({ key, sessionId })) });
  await store.clear(around.isAlone);
  const certificate = await certify(parts, tables, row, subject, rewritten);
  await store.transaction(async (tx) => {
    const data = { who: pseudonymOf(row.n), removed: certificate.removed, backups: certificate.backups.length };
    if ((await tx.run(settleErasure, { n: row.n, ended_at: certificate.endedAt, certificate: JSON.stringify(certificate) })) === 0) return;
    await tx.run(deleteErasureParts, { erasure: row.n });
    await recordEvent(tx, { at: certificate.endedAt, kind: "people.erased", session_key: null, data });
  });
  await sealAll(store, ids, () => clock.now());
  return { certificate, isCleared: await clearAgain(store) };
}

/** What the erasure itself wrote of them is not to be left behind either. False where somebody reads the database for long. */
async function clearAgain(store: Store): Promise<boolean> {
  try {
    await store.clear(false);
    return true;
  } catch (error) {
    if (isContinuoError(error) && error.code === "STORE_BUSY") return false;
    throw error;
  }
}
