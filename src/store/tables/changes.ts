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
