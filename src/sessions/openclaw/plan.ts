import { setImmediate as nextTurn } from "node:timers/promises";
import { isContinuoError } from "../../domain/errors.ts";
import { asFields, textIn } from "./fields.ts";
import type { Complain, FoundAgent, FoundRow, FoundTranscript } from "./found.ts";
import { placeOfKey, type Known, type KeyPlace } from "./keys.ts";
import { readLine } from "./line.ts";
import { readRow, type ReadRow } from "./row.ts";

/** One stretch of a session as it is to be. */
export interface PlannedConversation {
  readonly sessionId: string;
  /** Null: the row is all there is of it. */
  readonly transcript: FoundTranscript | null;
  readonly row: ReadRow | null;
  readonly isCurrent: boolean;
  /** The id that its transcript has, where another one has it too: it may be a copy. */
  readonly alike: string | null;
}

/** Everything that is to stand under one key; the current conversation first. */
export interface PlannedSession {
  readonly place: KeyPlace;
  readonly row: ReadRow | null;
  readonly conversations: readonly PlannedConversation[];
  /** No row names it: it is kept, and left out of the lists. */
  readonly isStray: boolean;
}

interface Rowed {
  readonly found: FoundRow;
  readonly place: KeyPlace;
  readonly row: ReadRow;
}

/** What may name a session (spec 2.2): it becomes part of paths. */
const SESSION_ID = /^[a-z0-9][a-z0-9._-]{0,127}$/i;

const ROWS_AT_ONCE = 50;

async function readRows(agents: readonly FoundAgent[], known: Known, now: number, complain: Complain): Promise<Rowed[]> {
  const read: Rowed[] = [];
  for (const [index, found] of agents.flatMap(({ rows }) => rows).entries()) {
    read.push(...readOne(found, known, now, complain));
    if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTurn();
  }
  return read;
}

function readOne(found: FoundRow, known: Known, now: number, complain: Complain): Rowed[] {
  const refuse = (why: string): Rowed[] => (complain({ file: found.at, line: null, why: `the row ${JSON.stringify(found.key)} ${why}` }), []);
  try {
    // What Continuo itself had exported says what it was called.
    const own = asFields(found.entry["continuo"]);
    const place = placeOfKey((own === null ? null : textIn(own, "key")) ?? found.key, found.agentId, found.entry, known);
    const row = readRow(found.entry, place, now);
    if (row.sessionId === null) return refuse("names no conversation");
    return SESSION_ID.test(row.sessionId) ? [{ found, place, row }] : refuse("names its conversation by something that is no session id");
  } catch (error) {
    if (!isContinuoError(error)) throw error;
    return refuse(`is left out: ${error.message}`);
  }
}

/** Newest first; what says nothing of its time comes last. */
const byTime = (a: Rowed, b: Rowed): number => (b.row.updatedAt ?? 0) - (a.row.updatedAt ?? 0) || (a.found.key < b.found.key ? -1 : 1);

/** A cron run's row is another name of the job's session. */
const isRun = ({ found }: Rowed): boolean => /:run:[^:]+$/.test(found.key);

/** One row for each conversation: what else names it is told. */
function ownersOf(rows: readonly Rowed[], complain: Complain): Rowed[] {
  const owners = new Map<string, Rowed>();
  for (const rowed of rows.toSorted((a, b) => Number(isRun(a)) - Number(isRun(b)) || byTime(a, b))) {
    const id = rowed.row.sessionId ?? "";
    const owner = owners.get(id);
    if (owner === undefined) owners.set(id, rowed);
    else complain({ file: rowed.found.at, line: null, why: `the row ${JSON.stringify(rowed.found.key)} is another name of ${JSON.stringify(owner.found.key)}: both have the conversation ${id}` });
  }
  return [...owners.values()].toSorted(byTime);
}

/** The id that a transcript itself says it has: one that was put away may lie under another's name. */
async function ownId(transcript: FoundTranscript): Promise<string> {
  if (transcript.putAway === null) return transcript.sessionId;
  for await (const { text } of transcript.lines()) {
    const line = text === null ? null : readLine(text);
    const id = line?.kind === "header" ? line.id : null;
    return id !== null && SESSION_ID.test(id) ? id : transcript.sessionId;
  }
  return transcript.sessionId;
}

interface Shelf {
  readonly byName: Map<string, FoundTranscript>;
  readonly byId: Map<string, FoundTranscript[]>;
  readonly left: Set<FoundTranscript>;
}

async function shelve(agents: readonly FoundAgent[]): Promise<Shelf> {
  const shelf: Shelf = { byName: new Map(), byId: new Map(), left: new Set() };
  for (const transcript of agents.flatMap(({ transcripts }) => transcripts)) {
    const id = await ownId(transcript);
    shelf.left.add(transcript);
    shelf.byId.set(id, [...(shelf.byId.get(id) ?? []), transcript]);
    shelf.byName.set(`${transcript.agentId}/${transcript.at.split(/[\\/]/).at(-1) ?? ""}`, transcript);
  }
  return shelf;
}

function takeFor({ found, place, row }: Rowed, { byName, byId, left }: Shelf): FoundTranscript | null {
  const id = row.sessionId ?? "";
  const named = row.sessionFile === null ? undefined : byName.get(`${found.agentId}/${row.sessionFile}`);
  const topic = place.thread === null ? undefined : byName.get(`${found.agentId}/${id}-topic-${encodeURIComponent(place.thread)}.jsonl`);
  const own = (byId.get(id) ?? []).find((each) => each.putAway === null && each.agentId === found.agentId) ?? (byId.get(id) ?? []).find((each) => left.has(each));
  const taken = [named, topic, own].find((each) => each !== undefined && left.has(each));
  if (taken !== undefined) left.delete(taken);
  return taken ?? null;
}

/** Ids of conversations that a session had before, where its row says so. */
function familyOf({ found }: Rowed): string[] {
  const ids = asFields(found.entry)?.["usageFamilySessionIds"];
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

/** Two transcripts may have one id: the second is told apart by where it lay. */
function unique(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted.slice(0, 120)}-${number}`;
  taken.add(id);
  return id;
}

/**
 * What is to stand where: rows by their canonical keys, the newest of several being current (D1); transcripts with their
 * rows; and those that no row names each by itself, since nobody can say whose they are.
 */
export async function planImport(agents: readonly FoundAgent[], known: Known, now: number, complain: Complain): Promise<PlannedSession[]> {
  const shelf = await shelve(agents);
  const owners = ownersOf(await readRows(agents, known, now, complain), complain);
  const taken = new Set(owners.map(({ row }) => row.sessionId ?? ""));
  const sessions = new Map<string, { place: KeyPlace; row: ReadRow | null; isStray: boolean; conversations: PlannedConversation[] }>();
  for (const rowed of owners) {
    const { place, row } = rowed;
    const session = sessions.get(place.key) ?? { place, row, isStray: false, conversations: [] };
    sessions.set(place.key, session);
    const transcript = takeFor(rowed, shelf);
    if (transcript === null) complain({ file: rowed.found.at, line: null, why: `the transcript of ${JSON.stringify(rowed.found.key)} (${row.sessionId ?? ""}) is not there; the row is imported` });
    session.conversations.push({ sessionId: row.sessionId ?? "", transcript, row, isCurrent: session.conversations.length === 0, alike: row.sessionId });
    for (const id of familyOf(rowed)) {
      for (const earlier of (shelf.byId.get(id) ?? []).filter((each) => shelf.left.delete(each))) session.conversations.push({ sessionId: unique(id, taken), transcript: earlier, row: null, isCurrent: false, alike: id });
    }
  }
  for (const transcript of shelf.left) {
    const alike = await ownId(transcript);
    const id = unique(alike, taken);
    const wanted = transcript.key ?? `agent:${transcript.agentId}:explicit:${id}`;
    if (!SESSION_ID.test(id)) {
      complain({ file: transcript.at, line: null, why: "its name is no session id" });
      continue;
    }
    const place = placeOfKey(wanted, transcript.agentId, {}, known);
    const session = sessions.get(place.key) ?? { place, row: null, isStray: true, conversations: [] };
    sessions.set(place.key, session);
    session.conversations.push({ sessionId: id, transcript, row: null, isCurrent: session.conversations.length === 0, alike });
  }
  return [...sessions.values()];
}
