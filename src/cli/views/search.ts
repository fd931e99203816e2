import { shortAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { asRow, numberOf, rowsOf, textOf, type Row } from "../wire.ts";

/** What was found stands out, on a terminal that can show it. */
function excerptLine(hit: Row, palette: Palette): string {
  const text = textOf(hit, "excerpt") ?? "";
  const parts: string[] = [];
  let at = 0;
  for (const mark of rowsOf(hit, "marks")) {
    const [start, end] = [numberOf(mark, "start") ?? at, numberOf(mark, "end") ?? at];
    if (start < at || end <= start) continue;
    parts.push(withoutControls(text.slice(at, start)), palette.bold(withoutControls(text.slice(start, end))));
    at = end;
  }
  return `  ${parts.join("")}${withoutControls(text.slice(at))}`.trimEnd();
}

function whoSaid(hit: Row): string {
  if (textOf(hit, "role") === "assistant") return "(the agent)";
  const name = textOf(hit, "senderName") ?? (["webchat", "terminal"].includes(textOf(hit, "channel") ?? "") ? "(you)" : "-");
  return withoutControls(name).replaceAll(/\s+/g, " ");
}

/** For each hit where, when and by whom it was said, and below that its words. */
export function searchLines(answer: Row, now: number, palette: Palette): string[] {
  const hits = rowsOf(answer, "hits");
  if (hits.length === 0) return [textOf(answer, "cursor") === null ? "Nothing was found." : "Nothing was found so far."];
  const cells = hits.map((hit) => {
    const at = numberOf(hit, "at");
    return [withoutControls(textOf(hit, "sessionKey") ?? ""), shortAge(at === null ? null : Math.max(0, now - at)), whoSaid(hit)];
  });
  const [head, ...rows] = alignedTable(["SESSION", "WHEN", "WHO"], cells);
  return [head ?? "", ...hits.flatMap((hit, index) => [rows[index] ?? "", excerptLine(hit, palette)])];
}

/** What is missing in the answer; nothing where nothing is. */
export function searchNotes(answer: Row, limit: number, most: number): string[] {
  const missing = numberOf(answer, "missingBefore");
  const cursor = textOf(answer, "cursor");
  const isCut = rowsOf(answer, "hits").length < limit;
  const wider = limit < most ? `show more with --limit ${Math.min(most, limit * 2)}, go on` : "narrow it down with more words, or --session, or go on";
  const sessions = asRow(answer.sessions);
  return [
    ...(cursor === null ? [] : [isCut ? `Not everything was looked through: go on with --after ${cursor}` : `There is more: ${wider} with --after ${cursor}`]),
    ...(sessions["all"] === false ? [`Only their ${numberOf(sessions, "count") ?? 0} latest sessions were looked into: ask for another with --session.`] : []),
    ...(missing === null ? [] : [`Not all that was said before ${new Date(missing).toISOString().slice(0, 16).replace("T", " ")} UTC is indexed yet; a running gateway does that by and by.`]),
  ];
}
