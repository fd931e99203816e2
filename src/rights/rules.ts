import type { Tables } from "../store/tables.ts";
import type { AnyRow } from "../store/erase/table-rows.ts";
import { sentWithEntry, sentWithItem, usesOf } from "./files.ts";
import type { Recognised } from "./subject.ts";

/** What is known of somebody's traces before any of them is removed. */
export interface Traces extends Recognised {
  /** Keys of sessions that are theirs alone: these go whole. */
  readonly own: ReadonlySet<string>;
  /** Turns that have something of theirs in what was asked: their answers go. */
  readonly turns: ReadonlySet<string>;
  /** Private chats of theirs: `channel account chat`, as JSON. */
  readonly chats: ReadonlySet<string>;
  /** Changes that cannot be taken back any more, because what they put back names them. */
  readonly changes: ReadonlySet<string>;
}

/** `keep`, `remove`, or what the row says without them. */
export type Verdict = "keep" | "remove" | AnyRow;

/** A row that has no meaning without this one. */
export interface Dependent {
  readonly table: string;
  readonly row: AnyRow;
}

export interface Rule {
  /** How it is called in a certificate. */
  readonly kind: string;
  judge(row: AnyRow, traces: Traces): Verdict;
  dependents?(row: AnyRow): readonly Dependent[];
  /** What somebody said, or was told, in it. */
  text?(row: AnyRow): string | null;
}

const KEEP = { judge: (): Verdict => "keep" };
const removeIf = (found: boolean): Verdict => (found ? "remove" : "keep");

export function isTheirs(row: AnyRow, traces: Recognised): boolean {
  return traces.isAccount(row["channel"], row["account"], row["sender_id"]);
}

function inOwn({ session_key: key }: AnyRow, { own }: Traces): boolean {
  return typeof key === "string" && own.has(key);
}

function ofTurn(id: unknown, { turns }: Traces): boolean {
  return typeof id === "string" && turns.has(id);
}

/** The columns that name them say what `say` makes of it. */
function without(row: AnyRow, columns: readonly string[], traces: Traces, say: (text: string) => string | null): Verdict {
  const changed = columns.filter((column) => traces.mentions(row[column]));
  return changed.length === 0 ? "keep" : { ...row, ...Object.fromEntries(changed.map((column) => [column, say(String(row[column]))])) };
}

export function chatKey(channel: unknown, account: unknown, chat: unknown): string {
  return JSON.stringify([channel, account, chat]);
}

/** Whether an address, as JSON, is a private chat of theirs. */
function leadsToThem(address: unknown, { chats, isAccount }: Traces): boolean {
  if (typeof address !== "string") return false;
  const { channel, account, chat, address: inner } = JSON.parse(address) as Record<string, unknown>;
  if (inner !== undefined) return leadsToThem(JSON.stringify(inner), { chats, isAccount } as Traces);
  return chats.has(chatKey(channel, account, chat)) || isAccount(channel, account, chat);
}

function judgeSession(row: AnyRow, traces: Traces): Verdict {
  if (traces.own.has(String(row["key"]))) return "remove";
  const named = without(row, ["display_name", "label"], traces, () => null);
  const base = typeof named === "string" ? row : named;
  const routes = ["last_route", "dock"].filter((column) => leadsToThem(row[column], traces));
  return routes.length === 0 ? named : { ...base, ...Object.fromEntries(routes.map((column) => [column, null])) };
}

export function isSummary({ role, meta }: AnyRow): boolean {
  // Most lines are none: only what may be one is parsed.
  return role === "system" && typeof meta === "string" && meta.includes('"compaction"') && (JSON.parse(meta) as { compaction?: unknown }).compaction !== undefined;
}

/**
 * An entry goes when it is theirs, in a session of theirs, or the answer to something of theirs. A summary of a
 * conversation in which they spoke goes with them: `hasTheirs` says whether they did.
 */
export function judgeEntry(row: AnyRow, traces: Traces, hasTheirs: boolean): Verdict {
  if (inOwn(row, traces)) return "remove";
  if (row["role"] === "user") return removeIf(isTheirs(row, traces) || traces.isName(row["person"]));
  if (ofTurn(row["turn_id"], traces) || (hasTheirs && isSummary(row))) return "remove";
  // What the house itself says of them: that they were linked, that they came.
  return row["role"] === "system" ? without(row, ["text"], traces, traces.withoutThem) : "keep";
}

/** A job of their session, or whose words go to them, goes; one that speaks of them does so without them. */
function judgeJob(row: AnyRow, traces: Traces): Verdict {
  const { sessionTarget, delivery } = JSON.parse(String(row["job"])) as { sessionTarget?: string; delivery?: { channel?: string; to?: string; accountId?: string } };
  const named = sessionTarget?.startsWith("session:") === true && traces.own.has(sessionTarget.slice("session:".length));
  const leads = delivery?.to !== undefined && traces.isAccount(delivery.channel, delivery.accountId ?? null, delivery.to);
  return named || leads || inOwn(row, traces) ? "remove" : without(row, ["name", "job", "state"], traces, traces.withoutThem);
}

function textIn(column: string): (row: AnyRow) => string | null {
  return (row) => (row[column] === null || row[column] === undefined ? null : String(row[column]));
}

function saidIn({ message }: AnyRow): string | null {
  const { message: said } = JSON.parse(String(message)) as { message?: { text?: unknown } };
  return typeof said?.text === "string" ? said.text : null;
}

const bySender = (row: AnyRow, traces: Traces): Verdict => removeIf(isTheirs(row, traces) || inOwn(row, traces));
const byKey = (row: AnyRow, traces: Traces): Verdict => removeIf(inOwn(row, traces));
const byChange = (column: string) => (row: AnyRow, { changes }: Traces): Verdict => removeIf(changes.has(String(row[column])));

type Kept = Exclude<keyof Tables, "gateways" | "leases" | "signals" | "world" | "moves" | "search_docs" | "search_queue" | "search_state">;

/**
 * What becomes of each table's rows, in the order in which they go: what tells to whom something belongs goes last. A table
 * that is missing here does not compile.
 */
const RULES = {
  rendered: { kind: "replies as they were sent", ...KEEP },
  holds: { kind: "replies held", ...KEEP },
  outbox: {
    kind: "replies",
    judge: (row, traces) => removeIf(inOwn(row, traces) || ofTurn(row["turn_id"], traces) || (row["peer"] !== "" && traces.isAccount(row["channel"], row["account"], row["peer"]))),
    dependents: ({ id }) => ["rendered", "holds"].map((table) => ({ table, row: { delivery_id: id ?? null } })),
    text: textIn("text"),
  },
  setbacks: { kind: "setbacks", ...KEEP },
  turns: { kind: "turns", judge: (row, traces) => removeIf(inOwn(row, traces) || ofTurn(row["id"], traces)) },
  entries: { kind: "messages", judge: (row, traces) => judgeEntry(row, traces, false), dependents: (row) => [{ table: "asides", row: { entry_id: row["id"] ?? null } }, ...usesOf("entry", row["id"], sentWithEntry(row))], text: textIn("text") },
  asides: { kind: "set aside", ...KEEP },
  overheard: { kind: "overheard", judge: bySender, text: textIn("text") },
  inbox: { kind: "accepted messages", judge: bySender, dependents: (row) => [{ table: "setbacks", row: { item_id: row["id"] ?? null } }, ...usesOf("item", row["id"], sentWithItem(row))], text: saidIn },
  drops: { kind: "messages refused", judge: bySender },
  usage_days: { kind: "usage", judge: (row, traces) => removeIf(traces.isWho(String(row["who"])) || inOwn(row, traces)) },
  private_chats: { kind: "chats off the record", judge: (row, traces) => removeIf(inOwn(row, traces) || traces.isAccount(row["channel"], row["account"], row["peer"])) },
  steps: { kind: "steps to undo", judge: byKey },
  read_marks: { kind: "read marks", judge: (row, traces) => removeIf(traces.isWho(String(row["who"])) || inOwn(row, traces)) },
  moved_entries: { kind: "undo of changes", judge: byChange("change_id") },
  change_steps: { kind: "undo of changes", judge: byChange("change_id") },
  changes: { kind: "undo of changes", judge: byChange("id") },
  trash_parts: { kind: "removed conversations", ...KEEP },
  trash: { kind: "removed conversations", ...KEEP },
  pairings: { kind: "pairing requests", judge: bySender },
  approvals: { kind: "approvals", judge: bySender },
  agreements: { kind: "links agreed on", judge: (row, traces) => removeIf([row["issuer_ref"], row["redeemer_ref"]].some((ref) => isRef(ref, traces))) },
  tries: { kind: "tries", judge: ({ ref }, traces) => removeIf(isRef(ref, traces)) },
  peer_aliases: { kind: "ids of an account", judge: ({ channel, alias, peer }, traces) => removeIf(traces.isAccount(channel, null, peer) || traces.isAccount(channel, null, alias)) },
  identities: { kind: "identities", judge: ({ channel, account, peer, person_id: id }, traces) => removeIf(id === traces.subject.personId || traces.isAccount(channel, account, peer)) },
  job_runs: { kind: "runs of jobs", judge: (row, traces) => (inOwn(row, traces) ? "remove" : without(row, ["summary", "error"], traces, traces.withoutThem)), text: textIn("summary") },
  jobs: { kind: "jobs", judge: judgeJob, text: textIn("job") },
  people: { kind: "persons", judge: ({ id, name }, traces) => removeIf(id === traces.subject.personId || traces.isName(name)) },
  sizes: { kind: "sizes", ...KEEP },
  conversations: {
    kind: "conversations",
    judge: (row, traces) => (traces.own.has(String(row["key"])) ? "remove" : without(row, ["title"], traces, () => null)),
    dependents: ({ session_id: id }) => [{ table: "sizes", row: { session_id: id ?? null } }],
  },
  key_aliases: { kind: "earlier keys", judge: ({ from_key: from, to_key: to }, traces) => removeIf([from, to].some((key) => traces.own.has(String(key)) || traces.ownsKey(String(key)))) },
  participants: { kind: "who spoke where", judge: bySender },
  sessions: { kind: "sessions", judge: judgeSession },
  // What is erased of the ledger is rewritten (ledger.ts); the file is its owner's, and what is in force is the file's.
  events: { kind: "ledger", ...KEEP },
  // A use goes with what used the file, the file with its last use (files.ts).
  media: { kind: "files", ...KEEP },
  media_chunks: { kind: "files", ...KEEP },
  media_uses: { kind: "uses of files", ...KEEP },
  cursors: { kind: "cursors", ...KEEP },
  in_force: { kind: "settings", ...KEEP },
  seals: { kind: "seals", ...KEEP },
  erasures: { kind: "erasures", ...KEEP },
  erasure_parts: { kind: "erasures", ...KEEP },
} satisfies { readonly [Name in Kept]: Rule };

function isRef(ref: unknown, { isAccount }: Traces): boolean {
  if (typeof ref !== "string") return false;
  const [channel, account, peer] = JSON.parse(ref) as unknown[];
  return isAccount(channel, account, peer);
}

export const RULES_BY_TABLE: ReadonlyMap<string, Rule> = new Map<string, Rule>(Object.entries(RULES));

/** Whether rows go, if at all, with those of other tables: there is nothing to be looked for in them. */
export function isNeverTheirs({ judge }: Rule): boolean {
  return judge === KEEP.judge;
}
