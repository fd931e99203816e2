import { displayWidth, padToWidth } from "./display-width.ts";

/** Columns as wide as their widest cell, `gap` spaces between them; the last one is not padded. */
export function alignedTable(header: readonly string[], rows: readonly (readonly string[])[], gap = 2): string[] {
  const widths = header.map((title, column) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : padToWidth(cell, (widths[column] ?? 0) + gap)))
      .join("")
      .trimEnd(),
  );
}

/** `Name   value` lines, the names aligned. */
export function facts(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => displayWidth(name)));
  return pairs.map(([name, value]) => `${padToWidth(name, width)}  ${value}`);
}
