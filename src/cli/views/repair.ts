import type { Examined, Repaired } from "../deps.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";

const MOST_SHOWN = 10;

export function examinedLines({ path, state, problems }: Examined, palette: Palette): string[] {
  if (state === "sound") return [`${palette.good("✓")} every page of ${path} is sound`];
  const rest = problems.length - MOST_SHOWN;
  return [
    `${palette.bad("✗")} ${path} is damaged:`,
    ...problems.slice(0, MOST_SHOWN).map((text) => `    ${withoutControls(text).replaceAll("\n", "\n    ")}`),
    ...(rest > 0 ? [`    and ${rest} more`] : []),
    state === "indexes" ? "Every row can be read; what finds them is built anew." : "What can be read is copied into a new file. The damaged file is kept under another name, whole.",
  ];
}

function gapText({ table, from, to }: Repaired["missing"][number]): string {
  if (to === null) return `${table}: everything from row ${from} on`;
  return from === to ? `${table}: row ${from}` : `${table}: rows ${from} to ${to}`;
}

export function repairedLines({ did, damagedFile, tables, missing }: Repaired, palette: Palette): string[] {
  if (did === "reindexed") return [`${palette.good("✓")} The indexes were built anew from the rows; nothing is missing.`];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return [
    `${palette.good("✓")} ${rows} rows were salvaged; the new database is sound.`,
    ...(missing.length === 0 ? ["  Nothing is missing."] : [palette.bad("  These could not be read, and are missing:"), ...missing.map((gap) => `    ${gapText(gap)}`)]),
    ...(damagedFile === null ? [] : [`  The damaged database is kept: ${damagedFile}`]),
    ...(missing.length === 0 ? [] : ["  A backup may have what is missing: `continuo verify FILE`, then `continuo restore FILE --to DIRECTORY`, and compare."]),
  ];
}
