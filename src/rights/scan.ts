import { setImmediate as nextTurn } from "node:timers/promises";
import { nameKey } from "../routing/people.ts";
import { unpackEntries } from "../sessions/maintenance/pack.ts";
import type { AnyRow } from "../store/erase/table-rows.ts";
import type { Store } from "../store/store.ts";
import { hashed, marksIn } from "./fingerprint.ts";
import { SHORTEST_ID, type Subject } from "./subject.ts";
import type { AllTables } from "./survey.ts";
import { pagesIn } from "./walk.ts";

/** What is looked for: hashes alone, of whom and of what it was is not known. */
export interface Wanted {
  readonly salt: string;
  readonly identities: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

export interface Sighting {
  readonly what: "identity" | "text" | "file";
  /** A table, or a file. */
  readonly where: string;
  readonly mark: string;
}

export interface Scanned {
  readonly rows: number;
  readonly tables: number;
  readonly files: number;
}

/** A file beside the database, as the values that are in it. */
export interface ScannedFile {
  readonly name: string;
  readonly values: AsyncIterable<unknown>;
}

const SEPARATOR = "\0";
const byId = (peer: string): string => ["id", peer].join(SEPARATOR);
const byPair = (channel: string, peer: string): string => ["pair", channel, peer].join(SEPARATOR);
const byName = (name: string): string => ["name", nameKey(name)].join(SEPARATOR);

/** What a person is known by, hashed. Ids that are as short as a number are known by their channel only. */
export function identityMarks(salt: string, { name, accounts }: Subject): string[] {
  const forms = accounts.flatMap(({ channel, peer }) => [...(channel === "*" ? [] : [byPair(channel, peer)]), ...(peer.length < SHORTEST_ID ? [] : [byId(peer)])]);
  const all = name === null ? forms : [...forms, byName(name)];
  return [...new Set(all)].map((form) => hashed(salt, form));
}

/** What a file is known by: the hash of what it is named by. */
export function fileMark(salt: string, ref: string): string {
  return hashed(salt, byId(ref));
}

/** Tables whose rows are hashes and counts, or what they were made of. */
const NOT_SCANNED: ReadonlySet<string> = new Set(["erasures", "erasure_parts", "seals"]);
/** Columns and fields that hold what people and agents say. */
const SAID: ReadonlySet<string> = new Set(["text", "plain", "preview", "title", "markdown", "content", "draft"]);
const IDS: readonly string[] = ["sender_id", "senderId", "peer", "alias", "chat", "id", "sender"];
const MOST_REMEMBERED = 50_000;
const PAGE = 20;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** All that a key, an audience or an address might name. */
function formsIn(text: string): string[] {
  const segments = text.split(/[:/]/).map(decoded);
  const pairs = segments.flatMap((channel, index) => segments.slice(index + 1, index + 4).map((peer) => byPair(channel, peer)));
  return [text, ...segments].flatMap((part) => (part === "" || part.length > 200 ? [] : [byId(part), byName(part)])).concat(pairs);
}

/** Columns that hold what Continuo drew or chose itself: nobody can be in them. */
const OURS: ReadonlySet<string> = new Set(["id", "parent_id", "turn_id", "session_id", "run_id", "entry_id", "delivery_id", "item_id", "change_id", "trash_id", "from_session", "to_session", "leaf_id", "role", "state", "kind", "model", "holder", "agent_id", "chat_kind", "channel", "account"]);

interface Scanner {
  row(where: string, row: AnyRow): void;
  value(where: string, value: unknown, field: string): void;
}

function createScanner({ salt, identities, marks, files }: Wanted, onSight: (sighting: Sighting) => void): Scanner {
  const known = new Map<string, readonly string[]>();
  const sightings = (text: string): readonly string[] => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const found = formsIn(text).map((form) => hashed(salt, form)).filter((mark) => identities.has(mark) || files.has(mark));
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(text, found);
    return found;
  };
  const structural = (where: string, text: string): void => {
    for (const mark of sightings(text)) onSight({ what: files.has(mark) ? "file" : "identity", where, mark });
  };
  const pairs = (where: string, fields: Readonly<Record<string, unknown>>): void => {
    const { channel } = fields;
    if (typeof channel !== "string") return;
    for (const peer of IDS.map((name) => fields[name])) {
      if (typeof peer !== "string" || peer === "") continue;
      const mark = hashed(salt, byPair(channel, peer));
      if (identities.has(mark)) onSight({ what: "identity", where, mark });
    }
  };
  const value = (where: string, found: unknown, field: string): void => {
    if (typeof found === "string") {
      const json = jsonIn(found);
      if (json !== null) return value(where, json, field);
      if (!SAID.has(field)) return structural(where, found);
      for (const mark of marksIn(salt, found)) if (marks.has(mark)) onSight({ what: "text", where, mark });
      return;
    }
    if (Array.isArray(found)) return found.forEach((one) => value(where, one, field));
    if (typeof found !== "object" || found === null) return;
    pairs(where, found as Readonly<Record<string, unknown>>);
    for (const [name, one] of Object.entries(found)) {
      // Keys of objects are session keys in the files beside the database.
      if (name.includes(":")) structural(where, name);
      value(where, one, name);
    }
  };
  return {
    value,
    row(where, row) {
      pairs(where, row);
      for (const [name, one] of Object.entries(row)) if (typeof one === "string" && (!OURS.has(name) || where === "people")) value(where, one, name);
    },
  };
}

/** What a text is as JSON; null where it is words. */
function jsonIn(text: string): object | null {
  if (!/^(?:\{.*\}|\[.*\])$/s.test(text)) return null;
  try {
    return JSON.parse(text) as object;
  } catch {
    return null; // words that only look like JSON
  }
}

/** Goes through everything that is kept, a few rows at a time; `onSight` hears where something is that was to be gone. */
export async function scan(
  parts: { readonly store: Store; readonly tables: AllTables; readonly files: AsyncIterable<ScannedFile> },
  wanted: Wanted,
  onSight: (sighting: Sighting) => void,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Scanned> {
  const scanner = createScanner(wanted, onSight);
  const { store, tables } = parts;
  let rows = 0;
  let done = 0;
  for (const [name, table] of tables) {
    onProgress(done++, tables.size);
    if (NOT_SCANNED.has(name)) continue;
    for await (const page of pagesIn(store, table, PAGE)) {
      rows += page.length;
      for (const row of page) {
        if (name === "trash_parts" && row["kind"] === "entries") for (const entry of unpackEntries(String(row["content"]))) scanner.row(name, { ...entry });
        else scanner.row(name, row);
      }
    }
  }
  let files = 0;
  for await (const { name, values } of parts.files) {
    files++;
    for await (const value of values) scanner.value(name, value, "");
    await nextTurn();
  }
  return { rows, tables: tables.size - NOT_SCANNED.size, files };
}
