import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TABLE_KEYS, TRANSIENT_TABLES } from "../store/copy/table-list.ts";
import { ERASED_KEYS } from "../store/erase/table-rows.ts";
import { RULES_BY_TABLE } from "./rules.ts";

const PRIVACY = readFileSync(new URL("../../docs/privacy.md", import.meta.url), "utf8");

/** The rows of the table whose first column is called so. */
function rowsUnder(heading: string): string[][] {
  const [, body = ""] = PRIVACY.split(`| ${heading} |`);
  const lines = body.split("\n").slice(2);
  const end = lines.findIndex((line) => !line.startsWith("|"));
  return lines.slice(0, end === -1 ? undefined : end).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

test("every table says what it keeps of people, how long, and how that is erased", () => {
  const rows = rowsUnder("Table");
  const named = rows.map(([name = ""]) => name.replaceAll("`", ""));
  assert.deepEqual(named.toSorted(), [...TABLE_KEYS.keys(), ...TRANSIENT_TABLES].toSorted(), "docs/privacy.md and the schema name other tables");
  assert.deepEqual(rows.filter((row) => row.length !== 4 || row.includes("")), [], "a cell is empty");
});

test("every table that is kept has a rule, and what the document calls removed or rewritten is", () => {
  assert.deepEqual([...RULES_BY_TABLE.keys()].toSorted(), [...ERASED_KEYS.keys()].toSorted());
  const dependents = new Set(["asides", "setbacks", "rendered", "holds", "sizes", "trash", "trash_parts", "events", "seals", "erasures", "erasure_parts", "media", "media_uses", "media_chunks"]);
  for (const [cell = "", , , how = ""] of rowsUnder("Table")) {
    const name = cell.replaceAll("`", "");
    const rule = RULES_BY_TABLE.get(name);
    if (rule === undefined || dependents.has(name)) continue;
    const keepsAll = rule.judge.toString() === RULES_BY_TABLE.get("cursors")?.judge.toString();
    assert.equal(keepsAll, !/removed|blanked|rewritten/.test(how), `${name}: ${how}`);
  }
});

test("every file that is kept says the same", () => {
  const rows = rowsUnder("File");
  assert.ok(rows.length >= 6);
  assert.deepEqual(rows.filter((row) => row.length !== 4 || row.includes("")), []);
});
