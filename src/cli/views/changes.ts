import { wordedAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import { alignedTable } from "../table.ts";
import { numberOf, textOf, type Row } from "../wire.ts";

function clean(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "");
}

function ageOf(change: Row, now: number): string {
  const at = numberOf(change, "at");
  return wordedAge(at === null ? null : Math.max(0, now - at));
}

/** One change in a sentence: `01JD..., 2 hours ago: session.dmScope ...`. */
export function changeText(change: Row, now: number): string {
  return `${clean(change, "id")}, ${ageOf(change, now)}: ${clean(change, "words") || `a change of ${clean(change, "cause")}`}`;
}

export function changeLines(changes: readonly Row[], now: number): string[] {
  if (changes.length === 0) return ["Nothing was changed so far."];
  const rows = changes.map((change) => [clean(change, "id"), clean(change, "state"), clean(change, "cause"), clean(change, "mode") || "-", ageOf(change, now), clean(change, "words")]);
  return alignedTable(["ID", "STATE", "OF", "MODE", "WHEN", "WHAT"], rows);
}
