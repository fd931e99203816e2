import { unpackEntries } from "../sessions/maintenance/pack.ts";
import type { AnyRow, TableRows } from "../store/erase/table-rows.ts";
import type { Executor } from "../store/store.ts";
import { chatKey, isTheirs, type Traces } from "./rules.ts";
import type { Recognised } from "./subject.ts";
import { pagesIn } from "./walk.ts";

export type AllTables = ReadonlyMap<string, TableRows>;

export function tableOf(tables: AllTables, name: string): TableRows {
  const table = tables.get(name);
  if (table === undefined) throw new TypeError(`there is no table ${name}`);
  return table;
}

interface Spoken {
  theirs: boolean;
  others: boolean;
}

interface Found {
  readonly who: Recognised;
  readonly spoken: Map<string, Spoken>;
  readonly turns: Set<string>;
  readonly chats: Set<string>;
  readonly changes: Set<string>;
}

function hear({ spoken }: Found, key: unknown, isOfThem: boolean): void {
  if (typeof key !== "string") return;
  const known = spoken.get(key) ?? { theirs: false, others: false };
  if (isOfThem) known.theirs = true;
  else known.others = true;
  spoken.set(key, known);
}

function said(found: Found, row: AnyRow): void {
  const isOfThem = isTheirs(row, found.who) || found.who.isName(row["person"]);
  hear(found, row["session_key"], isOfThem);
  if (isOfThem && typeof row["turn_id"] === "string") found.turns.add(row["turn_id"]);
}

type Look = (found: Found, row: AnyRow) => void;

const byChange = (column: string, columns: readonly string[]): Look => ({ who, changes }, row) => {
  const keys = ["session_key"].some((name) => typeof row[name] === "string" && who.ownsKey(String(row[name])));
  if (keys || columns.some((name) => who.mentions(row[name]))) changes.add(String(row[column]));
};

/** What each of these tables tells of what is theirs. */
const LOOKS: readonly (readonly [table: string, look: Look])[] = [
  [
    "participants",
    (found, row) => {
      const isOfThem = isTheirs(row, found.who);
      hear(found, row["session_key"], isOfThem);
      if (isOfThem && row["chat_kind"] === "dm") found.chats.add(chatKey(row["channel"], row["account"], row["chat"]));
    },
  ],
  ["entries", (found, row) => row["role"] === "user" && said(found, row)],
  ["inbox", (found, row) => said(found, row)],
  [
    "trash_parts",
    (found, row) => {
      if (row["kind"] === "entries") for (const entry of unpackEntries(String(row["content"]))) if (entry.role === "user") said(found, { ...entry });
    },
  ],
  ["sessions", (found, { key }) => found.who.ownsKey(String(key)) && hear(found, key, true)],
  ["trash", (found, { session_key: key }) => found.who.ownsKey(String(key)) && hear(found, key, true)],
  ["changes", byChange("id", ["before", "after", "summary"])],
  ["change_steps", byChange("change_id", ["undo"])],
  ["moved_entries", byChange("change_id", ["person", "audience"])],
];

/** Reads all that tells what is theirs, a page at a time. Nothing is written. */
export async function survey(store: Executor, tables: AllTables, who: Recognised): Promise<Traces> {
  const found: Found = { who, spoken: new Map(), turns: new Set(), chats: new Set(), changes: new Set() };
  for (const [name, look] of LOOKS) {
    for await (const rows of pagesIn(store, tableOf(tables, name))) for (const row of rows) look(found, row);
  }
  // A key that names them is theirs, whoever looked in; others are, where nobody else ever spoke.
  const own = new Set([...found.spoken].flatMap(([key, { theirs, others }]) => (who.ownsKey(key) || (theirs && !others) ? [key] : [])));
  const { turns, chats, changes } = found;
  return { ...who, own, turns, chats, changes };
}
