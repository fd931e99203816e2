import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";

const SHOWN = 20;

function shown(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "");
}

function count(row: Row, field: string): number {
  return numberOf(row, field) ?? 0;
}

function more(all: number, what: string): string[] {
  return all > SHOWN ? [`  … and ${all - SHOWN} more ${what}; --json lists them`] : [];
}

function sessionLines(report: Row, isDryRun: boolean): string[] {
  const rows = rowsOf(report, "sessions");
  if (rows.length === 0) return [];
  const words: Readonly<Record<string, string>> = { new: isDryRun ? "would be added" : "added", grown: isDryRun ? "would grow" : "grown", there: "there already", parted: "went on in both" };
  const lines = rows.slice(0, SHOWN).map((row) => [shown(row, "key"), shown(row, "sessionId"), String(count(row, "entries")), `${words[shown(row, "outcome")] ?? "?"}${flagOf(row, "isCurrent") ? "" : ", an earlier one"}`]);
  return ["", ...alignedTable(["Session", "Conversation", "Entries", "What becomes of it"], lines), ...more(rows.length + count(report, "moreSessions"), "conversations")];
}

function peopleLines(report: Row, palette: Palette): string[] {
  const rows = rowsOf(report, "people").filter((row) => textOf(row, "state") !== "file");
  if (rows.length === 0) return [];
  const lines = rows.slice(0, SHOWN).map((row) => [shown(row, "identity"), textOf(row, "name") === null ? "may write" : `is ${shown(row, "name")}`, shown(row, "state"), textOf(row, "why") === null ? shown(row, "command") : shown(row, "why")]);
  return ["", palette.bold("People (linked with --link-people, or one by one)"), ...alignedTable(["Account", "", "State", "Command"], lines), ...more(rows.length, "accounts")];
}

function configLines(report: Row): string[] {
  const config = asRow(report.config);
  const words: Readonly<Record<string, string>> = {
    same: "Configuration: the same file, read as it is.",
    copied: `Configuration: copied from ${shown(config, "path")}.`,
    "would-copy": `Configuration: would be copied from ${shown(config, "path")}.`,
    none: "Configuration: there is none there.",
    differs: `Configuration: yours is kept; ${shown(config, "path")} differs in ${textsOf(config, "differing").map(withoutControls).join(", ") || "nothing"}.`,
    unreadable: `Configuration: ${shown(config, "path")} is not valid here and was not taken; \`continuo config validate\` says why.`,
  };
  return ["", words[shown(config, "state")] ?? ""];
}

function leftLines(report: Row, palette: Palette): string[] {
  const left = rowsOf(report, "notMapped");
  const troubles = rowsOf(report, "troubles");
  const all = troubles.length + count(report, "moreTroubles");
  return [
    ...(left.length === 0 ? [] : ["", palette.bold("Not carried over"), ...alignedTable(["What", "Count", "Why"], left.slice(0, SHOWN).map((row) => [shown(row, "what"), String(count(row, "count")), shown(row, "why")])), ...more(left.length, "kinds")]),
    ...(all === 0 ? [] : ["", palette.warn(`${all === 1 ? "One thing" : `${all} things`} to know`)]),
    ...troubles.slice(0, SHOWN).map((row) => `  ${shown(row, "file")}${numberOf(row, "line") === null ? "" : `:${count(row, "line")}`}: ${shown(row, "why")}`),
    ...more(all, "things"),
  ];
}

function jobLines(report: Row, isDryRun: boolean): string[] {
  const jobs = asRow(report.jobs);
  if (numberOf(jobs, "added") === null) return [];
  return [`  ${count(jobs, "added")} jobs ${isDryRun ? "would be " : ""}added, ${count(jobs, "there")} there already: \`continuo cron list --all\`.`];
}

/** What an import did, or would do, for people. */
export function importLines(report: Row, palette: Palette): string[] {
  const totals = asRow(report.totals);
  const isDryRun = flagOf(report, "dryRun");
  const told = `${count(totals, "sessions")} sessions with ${count(totals, "conversations")} conversations and ${count(totals, "entries")} entries in ${shown(report, "from")}`;
  const done = `${count(totals, "added")} conversations ${isDryRun ? "would be " : ""}added (${count(totals, "addedEntries")} entries), ${count(totals, "there")} there already`;
  return [
    `${palette.good("✓")} ${told}`,
    `  ${done}${count(totals, "parted") === 0 ? "" : `, ${count(totals, "parted")} went on in both places`}.`,
    ...jobLines(report, isDryRun),
    ...sessionLines(report, isDryRun),
    ...peopleLines(report, palette),
    ...configLines(report),
    ...leftLines(report, palette),
    ...(isDryRun ? ["", "Nothing was changed (--dry-run)."] : []),
  ];
}

/** What an export wrote, for people. */
export function exportLines(report: Row, palette: Palette): string[] {
  const totals = asRow(report.totals);
  const rows = rowsOf(report, "sessions");
  const lines = rows.slice(0, SHOWN).map((row) => [shown(row, "key"), shown(row, "sessionId"), String(count(row, "entries")), String(count(row, "earlier"))]);
  return [
    `${palette.good("✓")} ${count(totals, "sessions")} sessions with ${count(totals, "conversations")} conversations and ${count(totals, "entries")} entries are in ${shown(report, "to")} now.`,
    ...(lines.length === 0 ? [] : ["", ...alignedTable(["Session", "Conversation", "Entries", "Earlier ones"], lines), ...more(rows.length + count(report, "moreSessions"), "sessions")]),
    ...(numberOf(report, "jobs") === null ? [] : [`  ${count(report, "jobs")} jobs are in cron/jobs.json there.`]),
    ...textsOf(report, "movedAside").map((path) => `  What was there is in ${withoutControls(path)} now.`),
  ];
}
