import { DatabaseSync, type StatementSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";

/** A transcript in the database of an OpenClaw of 2026.7 or later. */
export interface StoredTranscript {
  readonly sessionId: string;
  readonly key: string;
  /** The last entry of the branch that goes on, where the index is up to date. */
  readonly leaf: string | null;
  readonly putAway: { readonly kind: "reset" | "deleted"; readonly at: number } | null;
  /** The events as JSON, oldest first; null: one that cannot be unpacked. */
  events(): Iterable<string | null>;
}

export interface OpenClawDatabase {
  /** Rows of sessions; `entry` is JSON. */
  readonly rows: readonly { readonly key: string; readonly entry: string; readonly pinnedAt: number | null; readonly archivedAt: number | null }[];
  readonly transcripts: readonly StoredTranscript[];
  /** Transcripts that lie in files of their own, by their session ids. */
  readonly elsewhere: readonly string[];
  close(): void;
}

/** The tables of another version: nothing of it is read. */
export class UnknownSchema extends Error {}

type Row = Readonly<Record<string, unknown>>;

const EVENTS_AT_ONCE = 200;

/** A few bytes can be made to unpack to as many as there is memory. */
const MOST_BYTES = 256 * 1024 * 1024;

function unpack(packed: Uint8Array): string {
  return zstdDecompressSync(packed, { maxOutputLength: MOST_BYTES }).toString("utf8");
}

function unpacked(row: Row): string | null {
  if (typeof row["event_json"] === "string") return row["event_json"];
  try {
    return unpack(row["event_zstd"] as Uint8Array);
  } catch {
    return null; // told by its line, by whoever asked
  }
}

function* eventsOf(page: StatementSync, sessionId: string): Generator<string | null> {
  for (let after = -1; ; ) {
    const rows = page.all(sessionId, after, EVENTS_AT_ONCE) as Row[];
    for (const row of rows) yield unpacked(row);
    if (rows.length < EVENTS_AT_ONCE) return;
    after = Number(rows.at(-1)?.["seq"]);
  }
}

function* archivedLines(blob: Uint8Array, encoding: unknown): Generator<string | null> {
  try {
    yield* (encoding === "zstd" ? unpack(blob) : Buffer.from(blob).toString("utf8")).split("\n").filter((line) => line !== "");
  } catch {
    yield null; // the same
  }
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const time = (value: unknown): number | null => (typeof value === "number" ? value : null);

function archives(database: DatabaseSync): StoredTranscript[] {
  const rows = database.prepare("select session_id, session_key, reason, encoding, archive_blob, created_at from session_transcript_archives order by session_id, created_at").all() as Row[];
  return rows.map((row) => ({
    sessionId: text(row["session_id"]),
    key: text(row["session_key"]),
    leaf: null,
    putAway: { kind: row["reason"] === "deleted" ? "deleted" : "reset", at: time(row["created_at"]) ?? 0 },
    events: () => archivedLines(row["archive_blob"] as Uint8Array, row["encoding"]),
  }));
}

/** Reads a copy of an agent's `openclaw-agent.sqlite`. Throws UnknownSchema, and what SQLite says of a damaged file. */
export function openOpenClawDatabase(copy: string): OpenClawDatabase {
  const database = new DatabaseSync(copy);
  try {
    const tables = new Set((database.prepare("select name from sqlite_schema where type = 'table'").all() as Row[]).map(({ name }) => text(name)));
    if (!["session_nodes", "session_windows", "transcript_events"].every((name) => tables.has(name))) {
      throw new UnknownSchema(`its tables are of a version that is not known (schema ${String((database.prepare("pragma user_version").get() as Row)["user_version"])})`);
    }
    const leaves = new Map<string, string>();
    if (tables.has("session_transcript_index_state")) {
      const known = database.prepare("select session_id, leaf_event_id from session_transcript_index_state where needs_rebuild = 0 and leaf_event_id is not null").all() as Row[];
      for (const row of known) leaves.set(text(row["session_id"]), text(row["leaf_event_id"]));
    }
    const page = database.prepare("select seq, event_json, event_zstd from transcript_events where session_id = ? and seq > ? order by seq limit ?");
    const windows = database.prepare("select w.session_id, w.session_key from session_windows w where exists (select 1 from transcript_events e where e.session_id = w.session_id) order by w.created_at, w.session_id").all() as Row[];
    const nodes = database.prepare("select session_key, entry_json, pinned_at, archived_at from session_nodes order by session_key").all() as Row[];
    const cold = tables.has("session_transcript_cold_archives") ? (database.prepare("select session_id from session_transcript_cold_archives").all() as Row[]) : [];
    return {
      rows: nodes.map((row) => ({ key: text(row["session_key"]), entry: text(row["entry_json"]), pinnedAt: time(row["pinned_at"]), archivedAt: time(row["archived_at"]) })),
      transcripts: [
        ...windows.map((row): StoredTranscript => ({ sessionId: text(row["session_id"]), key: text(row["session_key"]), leaf: leaves.get(text(row["session_id"])) ?? null, putAway: null, events: () => eventsOf(page, text(row["session_id"])) })),
        ...(tables.has("session_transcript_archives") ? archives(database) : []),
      ],
      elsewhere: cold.map((row) => text(row["session_id"])),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
