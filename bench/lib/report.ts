import { arch, cpus, platform, totalmem } from "node:os";
import { meets, type Measure } from "./bench.ts";
import { round2 } from "./stats.ts";

/** What the figures hold for. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model ?? arch()}, ${memory} GB, ${platform()}, Node ${process.versions.node}`;
}

function number(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 2, minimumFractionDigits: value < 1000 ? 2 : 0 });
}

function rowOf(measure: Measure): string[] {
  const met = meets(measure);
  const bar = measure.bar === undefined ? "" : `${measure.bar.is === "at most" ? "<=" : ">="} ${measure.bar.value.toLocaleString("en-US")}`;
  return [met === null ? " " : met ? "✓" : "✗", measure.key, number(measure.value), measure.unit, bar, measure.means];
}

/** Columns aligned; numbers to the right. */
export function table(measures: readonly Measure[]): string {
  const rows = [["", "measure", "value", "", "bar", "what"], ...measures.map(rowOf)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join("  ").trimEnd(),
  );
  return lines.join("\n");
}

/** One object, one line. */
export function json(measures: readonly Measure[]): string {
  return JSON.stringify(Object.fromEntries(measures.map(({ key, value }) => [key, round2(value)])));
}
