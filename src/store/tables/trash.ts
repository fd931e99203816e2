/** What was removed from the conversations, and what they weigh (docs/maintenance.md). */
export interface TrashTables {
  trash: TrashRow;
  trash_parts: TrashPartRow;
  sizes: SizeRow;
}

/** A session that was removed. */
export interface TrashRow {
  /** Grows: what was removed first comes first. */
  id: string;
  session_key: string;
  agent_id: string;
  reason: string;
  /** moving, kept, restoring, restored, purging. */
  state: string;
  /** When it was removed, or restored. */
  at: number;
  entries: number;
  /** How many parts it has had: the number of the next. */
  parts: number;
  /** Of its parts, as they are stored. */
  bytes: number;
  /** JSON of the row. */
  session: string;
}

export interface TrashPartRow {
  trash_id: string;
  number: number;
  /** conversation: JSON of its row. entries: JSON of the rows, packed. */
  kind: string;
  session_id: string;
  /** Of a conversation: entries of it are still to be moved. */
  open: number;
  content: string;
}

/** What the entries of a conversation weigh, up to one of them. */
export interface SizeRow {
  session_id: string;
  bytes: number;
  through_seq: number;
}
