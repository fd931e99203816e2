import { wordedAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { facts } from "../table.ts";
import { asRow, numberOf, rowsOf, textOf, type Row } from "../wire.ts";
import { size } from "./backup.ts";

function shown(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "?");
}

/** What a move means for the database that is in use. */
function moveText(move: Row): string {
  const peer = shown(move, "peer");
  const states: Readonly<Record<string, string>> = {
    moving: `a move to ${peer} is not over: the same \`continuo store move\` goes on with it, --cancel ends it`,
    moved: `everything was moved to ${peer}; this is the old database`,
    copying: `a copy of ${peer} that was not ended`,
    ready: `it came here from ${peer}`,
  };
  return states[textOf(move, "state") ?? ""] ?? "?";
}

function lastText(last: Row): string {
  const how = textOf(last, "state") === "done" ? "went well" : `failed: ${shown(asRow(last.error), "message")}`;
  return `to ${shown(last, "to")}, ${how}`;
}

export function storeLines(answer: Row, now: number): string[] {
  const bytes = numberOf(answer, "bytes");
  const gateways = rowsOf(answer, "gateways").map((one) => {
    const startedAt = numberOf(one, "startedAt");
    return `${shown(one, "address")} (${shown(one, "version")}, since ${wordedAge(startedAt === null ? null : now - startedAt)})`;
  });
  return facts([
    ["Engine", textOf(answer, "engine") === "postgres" ? "PostgreSQL" : "SQLite"],
    ["Where", shown(answer, "location")],
    ...(bytes === null ? [] : [["Size", size(bytes)] as const]),
    ["Schema", String(numberOf(answer, "schema") ?? "?")],
    ["Gateways", gateways.length === 0 ? "none runs" : gateways.join(", ")],
    ...(textOf(asRow(answer.move), "id") === null ? [] : [["Move", moveText(asRow(answer.move))] as const]),
    ...(textOf(asRow(answer.last), "id") === null ? [] : [["Last move", lastText(asRow(answer.last))] as const]),
  ]);
}

export function movedLines(answer: Row, palette: Palette): string[] {
  const tables = rowsOf(answer, "tables");
  const rows = tables.reduce((sum, table) => sum + (numberOf(table, "rows") ?? 0), 0);
  const files = tables.find((table) => textOf(table, "name") === "media");
  const kept = files === undefined ? 0 : (numberOf(files, "rows") ?? 0);
  return [
    `${palette.good("✓")} Everything is in ${shown(answer, "to")} now: ${rows} rows in ${tables.length} tables, counted and compared.`,
    `  The configuration says so (store.url). The old database stays as it was: ${shown(answer, "from")}`,
    ...(kept === 0 ? [] : [`  ${kept} files that came with messages stay readable where they are (docs/media.md); the gateway of this state directory brings them to where store.media keeps them.`]),
    "  No gateway starts on it by accident; remove it when you do not want it any more.",
  ];
}
