import { shortAge } from "../ages.ts";
import { padToWidth, withoutControls } from "../display-width.ts";
import { asRow, numberOf, rowsOf, textOf, type Row } from "../wire.ts";
import { shortKey } from "./sessions.ts";

const WIDTHS = [12, 26, 9, 14] as const;

function fixedWidths(cells: readonly string[]): string {
  return cells.map((cell, column) => padToWidth(cell, WIDTHS[column] ?? 0)).join(" ").trimEnd();
}

function count(row: Row, field: string): number {
  return numberOf(row, field) ?? 0;
}

function actionLine(row: Row, now: number): string {
  const at = numberOf(row, "updatedAt");
  const id = textOf(row, "sessionId");
  return fixedWidths([textOf(row, "action") ?? "", shortKey(withoutControls(textOf(row, "key") ?? "")), shortAge(at === null ? null : Math.max(0, now - at)), textOf(row, "model") ?? "-", id === null ? "" : `id:${id}`]);
}

/** Sessions stay in the order of `sessions`: the newest first. */
function byAge(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => count(b, "updatedAt") - count(a, "updatedAt"));
}

function budgetLine(store: Row): string[] {
  const budget = asRow(store.diskBudget);
  if (store.diskBudget === null || store.diskBudget === undefined) return [];
  return [`Would enforce disk budget: ${count(budget, "totalBytesBefore")} -> ${count(budget, "totalBytesAfter")} bytes (files ${count(budget, "removedFiles")}, entries ${count(budget, "removedEntries")})`];
}

function storeLines(store: Row, now: number): string[] {
  const [before, after] = [count(store, "beforeCount"), count(store, "afterCount")];
  const actions = byAge([...rowsOf(store, "actions"), ...rowsOf(store, "kept")]);
  const unlisted = count(store, "moreActions");
  const unseen = after - rowsOf(store, "kept").length;
  return [
    `Session store: ${textOf(store, "storePath") ?? ""}`,
    `Maintenance mode: ${textOf(store, "mode") ?? ""}`,
    `Entries: ${before} -> ${after} (remove ${before - after})`,
    `Would prune missing transcripts: ${count(store, "missing")}`,
    `Would prune stale: ${count(store, "pruned")}`,
    `Would cap overflow: ${count(store, "capped")}`,
    ...budgetLine(store),
    ...(actions.length === 0 ? [] : ["", "Planned session actions:", fixedWidths(["Action", "Key", "Age", "Model", "Flags"]), ...actions.map((row) => actionLine(row, now))]),
    ...(unlisted > 0 ? [`${unlisted} more would be removed`] : []),
    ...(unseen > 0 ? [`${unseen} more are kept`] : []),
  ];
}

function perStore(payload: Row, lines: (store: Row) => string[]): string[] {
  const stores = rowsOf(payload, "stores");
  if (stores.length === 1) return lines(stores[0] ?? {});
  return stores.flatMap((store, index) => [...(index === 0 ? [] : [""]), `Agent: ${withoutControls(textOf(store, "agentId") ?? "")}`, ...lines(store)]);
}

/** `sessions cleanup --dry-run` (spec 6.4). */
export function cleanupLines(payload: Row, now: number): string[] {
  return perStore(payload, (store) => storeLines(store, now));
}

/** `sessions cleanup`, once it is done. */
export function appliedLines(payload: Row): string[] {
  return perStore(payload, (store) => [`Session store: ${textOf(store, "storePath") ?? ""}`, `Applied maintenance. Current entries: ${count(store, "appliedCount")}`]);
}

/** One store as it is, several in a list (spec 6.4); those that stay are not listed. */
export function cleanupJson(payload: Row, allAgents: boolean): object {
  const stores = rowsOf(payload, "stores").map((store) => Object.fromEntries(Object.entries(store).filter(([field]) => field !== "kept")));
  const [only] = stores;
  if (!allAgents && stores.length === 1 && only !== undefined) return only;
  return { allAgents: true, mode: payload.mode, dryRun: payload.dryRun, stores };
}
