import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf, type Row } from "../wire.ts";

function counted(counts: Row): string[] {
  const rows = Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return rows.length === 0 ? ["  nothing"] : rows.map(([kind, count]) => `  ${String(count).padStart(8)}  ${withoutControls(kind)}`);
}

function textsIn(answer: Row, name: string): string[] {
  const found = answer[name];
  return Array.isArray(found) ? found.map((one) => withoutControls(String(one))) : [];
}

function restLines(answer: Row, palette: Palette): string[] {
  const backups = textsIn(answer, "backups");
  return [
    ...textsIn(answer, "left").map((line) => palette.warn(line)),
    ...(backups.length === 0 ? ["Backups elsewhere that were made before still hold what was, and so do archives of a database server."] : [palette.warn("These backups were made before and still hold what was:"), ...backups.map((path) => `  ${path}`)]),
  ];
}

export function toBeErasedLines(answer: Row, palette: Palette): string[] {
  const sessions = Object.entries(asRow(answer["sessions"])).toSorted(([, a], [, b]) => Number(b) - Number(a));
  return [
    palette.bold("What would be removed:"),
    ...counted(asRow(answer["removed"])),
    ...(sessions.length === 0 ? [] : [palette.bold("By session:"), ...sessions.map(([key, count]) => `  ${String(count).padStart(8)}  ${withoutControls(key)}`)]),
    ...restLines(answer, palette),
  ];
}

export function erasedLines(answer: Row, palette: Palette): string[] {
  const certificate = asRow(answer["certificate"]);
  const elsewhere = Object.entries(asRow(certificate["elsewhere"]));
  const path = withoutControls(textOf(answer, "path") ?? "");
  return [
    palette.good(`✓ Erased. The ledger calls them ${textOf(certificate, "pseudonym") ?? ""} from now on.`),
    ...counted(asRow(answer["removed"])),
    `  Certificate: ${path}`,
    `  Check it again at any time: continuo people erase --verify ${path}`,
    ...(elsewhere.length === 0 ? [] : ["Names or passages that others have as well, and that stay with them:", ...elsewhere.map(([place, count]) => `  ${String(count).padStart(8)}  ${withoutControls(place)}`)]),
    ...restLines(answer, palette),
  ];
}

export function checkedLines(answer: Row, palette: Palette): string[] {
  const checked = asRow(answer["checked"]);
  const what = `${numberOf(checked, "rows") ?? 0} rows of ${numberOf(checked, "tables") ?? 0} tables (the trash unpacked) and ${numberOf(checked, "files") ?? 0} files beside the database, for ${numberOf(checked, "identities") ?? 0} names and ids, ${numberOf(checked, "passages") ?? 0} passages and ${numberOf(checked, "sentFiles") ?? 0} sent files`;
  const found = rowsOf(answer, "found").map((one) => [textOf(one, "what") ?? "", withoutControls(textOf(one, "where") ?? ""), String(numberOf(one, "count") ?? 0)]);
  return [
    flagOf(answer, "ok") ? palette.good(`✓ Nothing of ${textOf(answer, "who") ?? "them"} is there.`) : palette.bad(`✗ Something of ${textOf(answer, "who") ?? "them"} is there:`),
    ...(found.length === 0 ? [] : alignedTable(["What", "Where", "Times"], found)),
    `  Looked through ${what}.`,
    `  Not looked through: backups, logs, archives of a database server, and texts that are too short to be told from anybody's (${numberOf(checked, "shortTexts") ?? 0}).`,
  ];
}

export function exportedLines(answer: Row, palette: Palette): string[] {
  return [palette.good(`✓ Written to ${withoutControls(textOf(answer, "path") ?? "")}: export.json, export.html`), `  ${numberOf(answer, "messages") ?? 0} messages of ${numberOf(answer, "conversations") ?? 0} conversations, ${numberOf(answer, "rows") ?? 0} records, and ${numberOf(answer, "sent") ?? 0} files that they sent (media/).`];
}

export function ledgerLines(answer: Row, palette: Palette): string[] {
  const breaks = rowsOf(answer, "breaks");
  const figures = `${numberOf(answer, "sealed") ?? 0} lines are sealed, ${numberOf(answer, "unsealed") ?? 0} wait for their seal, ${numberOf(answer, "rewritten") ?? 0} stopped naming somebody who was erased`;
  const heads = numberOf(answer, "heads") ?? 0;
  return [
    flagOf(answer, "ok") ? palette.good("✓ The ledger is what was written.") : palette.bad("✗ The ledger is not what was written:"),
    ...breaks.map((one) => `  ${textOf(one, "kind") ?? ""}: ${withoutControls(textOf(one, "meaning") ?? "")}`),
    `  ${figures}.`,
    ...((numberOf(answer, "sealed") ?? 0) === 0 ? [] : [`  The chain ends at ${textOf(answer, "head") ?? ""}.`]),
    heads === 0 ? "  No end of it was written down before: lines that were cut off together with their seals could not be missed. Keep this one." : `  ${heads === 1 ? "1 end" : `${heads} ends`} that had been written down before ${heads === 1 ? "is" : "are"} in it.`,
  ];
}
