import type { Tables } from "../tables.ts";

/**
 * What means something only to the gateways that run at this moment: who lives, who holds what, what they tell each
 * other; what only this database is; and the index of what was said. A copy begins with its own.
 */
export const TRANSIENT_TABLES = ["gateways", "leases", "signals", "world", "moves", "private_chats", "search_docs", "search_queue", "search_state"] as const satisfies readonly (keyof Tables)[];

type Copied = Exclude<keyof Tables, (typeof TRANSIENT_TABLES)[number]>;
type TableKeys = { readonly [Name in Copied]: readonly (keyof Tables[Name] & string)[] };

/**
 * Every table that is copied, with its primary key, in the order in which that is done. The compiler asks for a table that is missing
 * here, and a test compares it with what the migrations make.
 */
const KEYS: TableKeys = {
  sessions: ["key"],
  conversations: ["session_id"],
  entries: ["session_id", "seq"],
  inbox: ["seq"],
  turns: ["id"],
  outbox: ["id"],
  drops: ["channel", "account", "chat", "sender_id", "reason"],
  cursors: ["channel", "account", "name"],
  events: ["seq"],
  participants: ["session_key", "channel", "account", "chat", "thread_key", "sender_id"],
  holds: ["delivery_id"],
  overheard: ["seq"],
  usage_days: ["day", "who", "session_key"],
  setbacks: ["item_id"],
  rendered: ["delivery_id"],
  steps: ["id"],
  asides: ["entry_id"],
  read_marks: ["session_key", "who", "device"],
  people: ["id"],
  identities: ["channel", "account", "peer"],
  peer_aliases: ["channel", "alias"],
  approvals: ["channel", "account", "sender_id", "surface"],
  pairings: ["channel", "account", "sender_id", "surface"],
  agreements: ["id"],
  tries: ["ref", "what"],
  key_aliases: ["from_key"],
  in_force: ["name"],
  changes: ["id"],
  change_steps: ["change_id", "number"],
  moved_entries: ["change_id", "number", "entry_id"],
  trash: ["id"],
  trash_parts: ["trash_id", "number"],
  sizes: ["session_id"],
  seals: ["n"],
  erasures: ["n"],
  erasure_parts: ["erasure", "number"],
  media: ["hash"],
  media_uses: ["kind", "id", "hash"],
  media_chunks: ["hash", "number"],
  jobs: ["id"],
  job_runs: ["id"],
};

/** The tables by name, each with the columns of its primary key. */
export const TABLE_KEYS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(KEYS));

/** Tables whose `seq` the engine counts: a copy goes on counting where the original was. */
export const COUNTED_TABLES: readonly string[] = [...TABLE_KEYS].flatMap(([name, key]) => (key.length === 1 && key[0] === "seq" ? [name] : []));
