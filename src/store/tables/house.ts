import type { Defaulted } from "./defaulted.ts";
/** Changes of who shares a conversation, and what is needed to take them back (law 7). */
export interface ChangeTables {
  key_aliases: KeyAliasRow;
  in_force: InForceRow;
  changes: ChangeRow;
  change_steps: ChangeStepRow;
  moved_entries: MovedEntryRow;
}

/** A key that a session once had; it still resolves. */
export interface KeyAliasRow {
  from_key: string;
  to_key: string;
  change_id: string;
}

/** What decides about sessions at the moment, which a file that waits for approval does not (law 7). */
export interface InForceRow {
  name: string;
  value: string;
  since: number;
}

export interface ChangeRow {
  id: string;
  /** config, people. */
  cause: string;
  /** waiting, applying, applied, undoing, undone, dismissed. */
  state: string;
  /** repartition, fresh. */
  mode: string;
  at: number;
  before: string;
  after: string;
  summary: string;
  settled_at: number | null;
}

/** One session's part of a change, done in one transaction. */
export interface ChangeStepRow {
  change_id: string;
  number: number;
  session_key: string;
  /** planned, done, undone. */
  state: string;
  undo: string | null;
}

/** Where an entry stood before a change moved it. */
export interface MovedEntryRow {
  change_id: string;
  number: number;
  entry_id: string;
  session_id: string;
  seq: number;
  session_key: string;
  parent_id: string | null;
  person: string | null;
  audience: string;
}

export interface ClusterTables {
  gateways: GatewayRow;
  leases: LeaseRow;
  signals: Defaulted<SignalRow, "seq">;
  world: WorldRow;
  moves: MoveRow;
}

/** A gateway that works on this database; past `lease_until` it is taken for dead. */
export interface GatewayRow {
  id: string;
  version: string;
  /** Where it listens: host and port, or empty before it does. */
  address: string;
  started_at: number;
  lease_until: number;
}

/** Something that one gateway at a time may do; `fence` grows with each new holder. */
export interface LeaseRow {
  name: string;
  holder: string;
  fence: number;
  lease_until: number;
  since: number;
}

/** What a gateway told the others, kept for a while for those who were not listening. */
export interface SignalRow {
  seq: number;
  at: number;
  gateway: string;
  kind: string;
  body: string;
}

/** One row; its epoch is raised by whatever changes who is who, so that no gateway goes by what it remembers. */
export interface WorldRow {
  id: number;
  epoch: number;
}

/** A database that another one is being made from, or that is being made from another one. */
export interface MoveRow {
  id: string;
  role: "source" | "target";
  /** Of a source: moving, moved. Of a target: copying, ready. */
  state: string;
  /** Where the other one is, without a password. */
  peer: string;
  /** Copied so far: all tables before this one, and of this one all up to the key (JSON; null: all of it). */
  table_name: string | null;
  after_key: string | null;
  rows: number;
  at: number;
  updated_at: number;
}

/** The index of what was said; the words themselves are the engine's own (docs/search.md). */
export interface SearchTables {
  search_docs: SearchDocRow;
  search_queue: Defaulted<SearchNoteRow, "seq">;
  search_state: Defaulted<SearchStateRow, "noting" | "filled_to" | "filled_at">;
}

/** An entry in the index. */
export interface SearchDocRow {
  /** Greater is newer. */
  doc: number;
  entry_id: string;
  /** Of the way in which its words were cut. */
  version: number;
}

/** An entry that was said, changed, moved to another session or removed since the index last saw it. */
export interface SearchNoteRow {
  seq: number;
  entry_id: string;
}

/** One row. */
export interface SearchStateRow {
  id: number;
  /** The way of cutting words that the entries are being indexed by; 0 before the first. */
  version: number;
  /** 1 once what is said is noted. */
  noting: number;
  /** Entries from this id on are indexed; null before the first, empty when all are. */
  filled_to: string | null;
  /** When that one was said. */
  filled_at: number | null;
  /** The number of the next entry that is said. */
  next_doc: number;
  /** The lowest number that was given. */
  first_doc: number;
}

/** The chain over the ledger, and erasures (docs/privacy.md). */
export interface RightsTables {
  seals: SealRow;
  erasures: ErasureRow;
  erasure_parts: ErasurePartRow;
}

/** The seal of one line of the ledger; each holds the hash of the one before it. */
export interface SealRow {
  /** From 1, without a gap: the order in which the lines were sealed. */
  n: number;
  event_seq: number;
  at: number;
  /** Drawn anew when the line is rewritten: what it said before cannot be guessed and tried. */
  salt: string;
  /** Of the line as it was when it was sealed. */
  digest: string;
  /** The hash of the seal before it; empty for the first. */
  prev: string;
  hash: string;
}

/** Somebody who was, or is being, erased. */
export interface ErasureRow {
  /** They are called `erased-<n>` in the ledger. */
  n: number;
  /** running, done. */
  state: string;
  began_at: number;
  ended_at: number | null;
  version: string;
  salt: string;
  /** JSON Subject (rights/subject.ts), as long as it runs. */
  subject: string | null;
  /** JSON Certificate (rights/certificate.ts), once it is done. */
  certificate: string | null;
}

export interface ErasurePartRow {
  erasure: number;
  number: number;
  /** JSON Removed (rights/removed.ts). */
  content: string;
}

/** What was sent with messages (docs/media.md). */
export interface MediaTables {
  media: MediaRow;
  media_uses: MediaUseRow;
  media_chunks: MediaChunkRow;
}

/** A file that is kept whole, by the SHA-256 of its bytes. */
export interface MediaRow {
  hash: string;
  type: string;
  size: number;
  first_at: number;
  /** When somebody sent it last: what is young is kept though nothing uses it yet. */
  last_at: number;
}

/** What keeps a file from being removed. */
export interface MediaUseRow {
  /** item, entry, trash. */
  kind: string;
  /** Of the accepted message, the entry, or what was removed. */
  id: string;
  hash: string;
}

/** A piece of a file, where the database holds the bytes. */
export interface MediaChunkRow {
  hash: string;
  number: number;
  at: number;
  content: Uint8Array;
}

/** What the house does by itself at a time that somebody set, and what became of it (docs/cron.md). */
export interface AutomationTables {
  jobs: Defaulted<JobRow, "revision">;
  job_runs: Defaulted<JobRunRow, "revision" | "tries">;
}

export interface JobRow {
  id: string;
  agent_id: string;
  /** Whose last route its words go to, and which session it runs in where it names one. */
  session_key: string | null;
  name: string;
  enabled: number;
  /** JSON JobPlan (domain/job.ts). */
  job: string;
  /** The instant that is fired next, which names its run; null: none. */
  next_run_at: number | null;
  /** The run that is under way. */
  run_id: string | null;
  /** JSON JobState (domain/job.ts), without what other columns say. */
  state: string;
  /** Raised by every write: whoever read an older one writes nothing. */
  revision: number;
  created_at: number;
  updated_at: number;
}

/** One run of a job, or why there was none. */
export interface JobRunRow {
  id: string;
  job_id: string;
  /** due, retry, manual. */
  kind: string;
  due_at: number;
  started_at: number;
  ended_at: number | null;
  /** running, ok, error, skipped. */
  status: string;
  error: string | null;
  session_key: string | null;
  session_id: string | null;
  item_id: string | null;
  /** not-requested, owed, sending, held, delivered, not-delivered, unknown. */
  delivery: string;
  delivery_id: string | null;
  /** The session whose transcript has still to tell what was sent. */
  mirror_key: string | null;
  /** When what is owed is tried next. */
  deliver_at: number | null;
  tries: number;
  /** The beginning of what was answered. */
  summary: string | null;
  /** 1 while something of it is still to be looked after. */
  open: number;
  revision: number;
}
