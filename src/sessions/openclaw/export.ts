import { existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../domain/clock.ts";
import { ContinuoError } from "../../domain/errors.ts";
import { toSession } from "../../store/rows.ts";
import type { Store } from "../../store/store.ts";
import type { ConversationRow } from "../../store/tables.ts";
import { listAgentsWithSessions } from "../../store/statements/list-agents-with-sessions.ts";
import { listConversations } from "../../store/statements/list-conversations.ts";
import { listEntryPlaces } from "../../store/statements/list-entry-places.ts";
import { pageAllEntries } from "../../store/statements/page-all-entries.ts";
import { pageSessions } from "../../store/statements/page-sessions.ts";
import { createDigest } from "./digest.ts";
import { lineWriter } from "./export-lines.ts";
import { exportedRow, foreignKey } from "./export-row.ts";

export interface ExportedSession {
  readonly key: string;
  /** As it is called there. */
  readonly as: string;
  readonly sessionId: string;
  readonly entries: number;
  readonly earlier: number;
}

export interface ExportReport {
  readonly to: string;
  readonly totals: { readonly agents: number; readonly sessions: number; readonly conversations: number; readonly entries: number };
  readonly sessions: readonly ExportedSession[];
  readonly moreSessions: number;
  /** What stood there before, under its new name. */
  readonly movedAside: readonly string[];
  readonly sha256: string;
  /** In `cron/jobs.json`; left out where there are none. */
  readonly jobs?: number;
}

export interface ExportParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly to: string;
  readonly force: boolean;
  onProgress(done: number, total: number): void;
}

const MARKER = ".continuo-export";
const MARKER_TEXT = "Written by `continuo export openclaw`: another export to this directory takes its place.\n";
const OWN_MIRROR = ".continuo-mirror";
const FRESH = ".continuo-new";
const PAGE = 100;
const MOST_EARLIER = 10_000;
const MOST_LISTED = 500;

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

/** A directory with sessions of somebody else is written into by nobody who has not said so. */
async function refuseForeign(to: string, force: boolean): Promise<void> {
  for (const agentId of await namesIn(join(to, "agents"))) {
    const names = await namesIn(join(to, "agents", agentId, "sessions"));
    if (names.includes(OWN_MIRROR)) throw new ContinuoError("REQUEST_INVALID", `${to} is the state directory of a gateway of Continuo.`, { fields: { cure: "Name another directory with --to." } });
    const isForeign = !names.includes(MARKER) && names.some((name) => name === "sessions.json" || name.includes(".jsonl"));
    const hasDatabase = existsSync(join(to, "agents", agentId, "agent", "openclaw-agent.sqlite"));
    if ((isForeign || hasDatabase) && !force) {
      throw new ContinuoError("STATE_OCCUPIED", `${to} holds sessions of an OpenClaw installation (agent ${agentId}).`, { fields: { cure: "Name an empty directory with --to, or say --force: what is there is moved aside, not deleted." } });
    }
  }
}

/** When it was put away, as a name may say it. */
function stampOf(at: number): string {
  return new Date(at).toISOString().replaceAll(":", "-");
}

function fileOf({ session_id: id, ended_at: ended, began_at: began }: ConversationRow, isCurrent: boolean): string {
  return isCurrent ? `${id}.jsonl` : `${id}.jsonl.reset.${stampOf(ended ?? began)}`;
}

/** What of a conversation is beside the path. */
async function asidesOf(store: Store, sessionId: string): Promise<Set<string>> {
  const asides = new Set<string>();
  for (let after = 0; ; ) {
    const rows = await store.all(listEntryPlaces, { session_id: sessionId, after, limit: PAGE });
    for (const row of rows) if (row.aside !== null) asides.add(row.id);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return asides;
    after = last.seq;
  }
}

type Digest = ReturnType<typeof createDigest>;

async function writeTranscript(store: Store, path: string, conversation: ConversationRow, digest: Digest): Promise<number> {
  const asides = await asidesOf(store, conversation.session_id);
  const writer = lineWriter(conversation, (id) => asides.has(id));
  const file = await open(path, "w", 0o600);
  let count = 0;
  try {
    await file.writeFile(writer.header());
    for (let after = 0; ; ) {
      const rows = await store.all(pageAllEntries, { session_id: conversation.session_id, after, limit: PAGE });
      for (const row of rows) digest.add(row);
      if (rows.length > 0) await file.writeFile(rows.map((row) => writer.line(row)).join(""));
      count += rows.length;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      after = last.seq;
      await nextTurn();
    }
    const leaf = writer.leaf();
    if (leaf !== null) await file.writeFile(leaf);
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}

interface Counts {
  sessions: number;
  conversations: number;
  entries: number;
}

async function writeAgent(parts: ExportParts, agentId: string, folder: string, digest: Digest, listed: ExportedSession[], counts: Counts, onSession: () => void): Promise<void> {
  const { store } = parts;
  const rows: [string, object][] = [];
  for (let after = ""; ; ) {
    const page = (await store.all(pageSessions, { agent: agentId, after, limit: PAGE })).map(toSession);
    for (const session of page) {
      const conversations = await store.all(listConversations, { key: session.key, limit: MOST_EARLIER });
      const earlier = conversations.filter(({ session_id: id }) => id !== session.sessionId);
      let entries = 0;
      for (const conversation of conversations) {
        const isCurrent = conversation.session_id === session.sessionId;
        const count = await writeTranscript(store, join(folder, fileOf(conversation, isCurrent)), conversation, digest);
        if (isCurrent) entries = count;
        counts.entries += count;
      }
      rows.push([foreignKey(session.key), exportedRow(session, earlier.map(({ session_id: id }) => id))]);
      counts.sessions++;
      counts.conversations += conversations.length;
      if (listed.length < MOST_LISTED) listed.push({ key: session.key, as: foreignKey(session.key), sessionId: session.sessionId, entries, earlier: earlier.length });
      onSession();
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.key;
  }
  await writeIndex(join(folder, "sessions.json"), Object.entries(uniqueKeys(rows)));
  await writeFile(join(folder, MARKER), MARKER_TEXT, { mode: 0o600 });
}

/** As `JSON.stringify(rows, null, 2)` has it, some rows at a time. */
async function writeIndex(path: string, rows: readonly (readonly [string, object])[]): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile("{");
    for (let from = 0; from < rows.length; from += PAGE) {
      const some = rows.slice(from, from + PAGE).map(([key, row], index) => `${from + index === 0 ? "" : ","}\n  ${JSON.stringify(key)}: ${JSON.stringify(row, null, 2).replaceAll("\n", "\n  ")}`);
      await file.writeFile(some.join(""));
      await nextTurn();
    }
    await file.writeFile(rows.length === 0 ? "}\n" : "\n}\n");
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Keys that differ in case alone here are one there: the second keeps the spelling that it has here. */
function uniqueKeys(rows: readonly (readonly [string, object])[]): Record<string, object> {
  const unique: Record<string, object> = Object.create(null) as Record<string, object>;
  for (const [key, row] of rows) unique[Object.hasOwn(unique, key) ? (row as { readonly continuo: { readonly key: string } }).continuo.key : key] = row;
  return unique;
}

/** Puts the new folder in the place of the old one, which stays beside it unless it was ours. */
async function swap(folder: string, now: number): Promise<string[]> {
  const names = await namesIn(folder);
  const isForeign = names.length > 0 && !names.includes(MARKER);
  let aside = isForeign ? `${folder}.before-export-${stampOf(now)}` : `${folder}.continuo-old`;
  if (!isForeign) await rm(aside, { recursive: true, force: true });
  while (existsSync(aside)) aside = `${aside}+`;
  if (existsSync(folder)) await rename(folder, aside);
  await rename(`${folder}${FRESH}`, folder);
  if (isForeign) return [aside];
  await rm(aside, { recursive: true, force: true });
  return [];
}

/** Writes every session in the layout of OpenClaw before its databases: `sessions.json` and transcripts, new messages too. Errors: STATE_OCCUPIED, those of the file system. */
export async function exportOpenClaw(parts: ExportParts): Promise<ExportReport> {
  const { store, clock, to, force, onProgress } = parts;
  await refuseForeign(to, force);
  const agents = await store.all(listAgentsWithSessions, {});
  const total = agents.reduce((sum, { count }) => sum + Number(count), 0);
  const counts: Counts = { sessions: 0, conversations: 0, entries: 0 };
  const listed: ExportedSession[] = [];
  const digest = createDigest();
  const movedAside: string[] = [];
  for (const { agent_id: agentId } of agents) {
    const folder = join(to, "agents", agentId, "sessions");
    await rm(`${folder}${FRESH}`, { recursive: true, force: true });
    await mkdir(`${folder}${FRESH}`, { recursive: true, mode: 0o700 });
    await writeAgent(parts, agentId, `${folder}${FRESH}`, digest, listed, counts, () => onProgress(counts.sessions, total));
    movedAside.push(...(await swap(folder, clock.now())));
  }
  return { to, totals: { agents: agents.length, ...counts }, sessions: listed, moreSessions: Math.max(0, counts.sessions - listed.length), movedAside, sha256: digest.value() };
}
