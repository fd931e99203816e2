import type { MadeBackup, Restored } from "../deps.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";

type Manifest = MadeBackup["manifest"];

const UNITS: readonly string[] = ["B", "kB", "MB", "GB", "TB"];

export function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** unit;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

function rowsIn({ tables }: Manifest, name: string): number {
  return tables.find((table) => table.name === name)?.rows ?? 0;
}

/** `12 sessions, 340 messages, 3 people; of 2026-11-21 13:25:01 UTC, written by 0.1.0` */
export function contentLine(manifest: Manifest): string {
  const counted = (name: string, one: string, many: string): string => `${rowsIn(manifest, name)} ${rowsIn(manifest, name) === 1 ? one : many}`;
  const what = [counted("sessions", "session", "sessions"), counted("entries", "message", "messages"), counted("people", "person", "people")].join(", ");
  const when = new Date(manifest.at).toISOString().slice(0, 19).replace("T", " ");
  return `${what}; of ${when} UTC, written by ${withoutControls(manifest.product)} (${manifest.engine}, schema ${manifest.schema})`;
}

export function madeLines({ path, bytes, manifest, leftOut }: MadeBackup, palette: Palette): string[] {
  return [
    `${palette.good("✓")} ${path}  ${size(bytes)}`,
    `  ${contentLine(manifest)}`,
    ...leftOut.map((one) => palette.warn(`  Left out: ${withoutControls(one)} is included by the configuration from outside of its directory. Save it yourself.`)),
    palette.warn("  It holds your conversations, the configuration with its tokens and keys, and the secret that signs device tokens."),
    palette.warn("  Whoever has this file has all of them: keep it where only you can read it."),
  ];
}

export function wholeLines(path: string, manifest: Manifest, palette: Palette): string[] {
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  return [`${palette.good("✓")} ${path} is whole: ${rows} rows in ${manifest.tables.length} tables, every checksum is right`, `  ${contentLine(manifest)}`];
}

export function restoredLines({ stateDir, engine, manifest, movedAside }: Restored, isUsual: boolean, palette: Palette): string[] {
  return [
    `${palette.good("✓")} Restored into ${stateDir}, and compared with the backup row by row`,
    `  ${contentLine(manifest)}`,
    `  The rows are in ${engine === "postgres" ? "PostgreSQL" : "SQLite"}, and the configuration says so.`,
    ...movedAside.map((path) => `  What was there before: ${path}`),
    palette.warn("  What was waiting to be sent then is sent now. Let only one gateway run: this one, or the one that was backed up."),
    `  Start it: ${isUsual ? "" : `OPENCLAW_STATE_DIR=${stateDir} `}continuo gateway start`,
  ];
}
