import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { keptEntry } from "../../store/kept-rows.ts";
import type { EntryRow } from "../../store/tables.ts";

/** What a part is called that has, as JSON, the ids of those entries of another that are beside the path. */
export const ASIDES = "asides";

/** Entries as the trash keeps them, the columns by their names. */
export function packEntries(rows: readonly EntryRow[]): string {
  return zstdCompressSync(JSON.stringify(rows)).toString("base64");
}

export function unpackEntries(content: string): EntryRow[] {
  const rows = JSON.parse(zstdDecompressSync(Buffer.from(content, "base64")).toString("utf8")) as EntryRow[];
  return rows.map((row) => keptEntry(row));
}
