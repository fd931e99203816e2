import { cutShort } from "../../domain/cut-short.ts";
import { shortAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import { alignedTable, facts } from "../table.ts";
import { asRow, flagOf, numberOf, rowsOf, textOf, type Row } from "../wire.ts";
import { isoSeconds, tokensCell } from "./sessions.ts";

const LONGEST = 60;

function plain(text: string): string {
  return cutShort(withoutControls(text).replace(/\s+/g, " ").trim(), LONGEST);
}

function placeText(place: Row): string {
  const named = ["channel", "account", "chat", "thread"].map((field) => textOf(place, field)).filter((part) => part !== null);
  return named.length === 0 ? "none" : withoutControls(named.join(" "));
}

function choicesText(choices: Row): string {
  const chosen = Object.entries(choices).filter(([, value]) => value !== undefined && value !== null);
  if (chosen.length === 0) return "none: as configured";
  return chosen.map(([name, value]) => `${name}=${typeof value === "object" ? Object.entries(asRow(value)).map(([key, one]) => `${key}:${String(one)}`).join(",") : String(value)}`).join(" ");
}

function stateFacts(session: Row, now: number): (readonly [string, string])[] {
  const state = asRow(session.state);
  const age = (field: string): string => {
    const at = numberOf(session, field);
    return shortAge(at === null ? null : now - at);
  };
  const marks = (["running", "pinned", "archived"] as const).filter((flag) => flagOf(session, flag));
  return [
    ["Key", withoutControls(textOf(session, "key") ?? "")],
    ...(textOf(session, "label") === null ? [] : [["Label", plain(textOf(session, "label") ?? "")] as const]),
    ...(textOf(session, "displayName") === null ? [] : [["Name", plain(textOf(session, "displayName") ?? "")] as const]),
    ["Session id", `${textOf(session, "sessionId") ?? ""} (since ${isoSeconds(numberOf(session, "sessionStartedAt")) ?? "unknown"})`],
    ["Kind", [textOf(session, "kind") ?? "unknown", ...marks].join(", ")],
    ["Audience", plain(textOf(session, "audience") ?? "")],
    ["Messages", String(numberOf(session, "messageCount") ?? 0)],
    ["Active", `${age("lastInteractionAt")}, begun ${age("createdAt")}`],
    ["Model", `${textOf(state, "model") || "none"}${textOf(state, "modelOverride") === null ? "" : " (chosen for this session)"}`],
    ["Context", tokensCell(numberOf(session, "totalTokens"), numberOf(session, "contextTokens"))],
    ["Compactions", `${numberOf(session, "compactionCount") ?? 0}, last ${textOf(state, "lastCompaction") ?? "never"}`],
    ["Activation", textOf(state, "activationMode") ?? ""],
  ];
}

function usageText(usage: Row): string {
  const count = (field: string): number => numberOf(usage, field) ?? 0;
  return `${count("turns")} turns, ${count("tokens")} tokens in ${count("days")} days`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function participantLines(rows: readonly Row[], now: number): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => [plain(textOf(row, "senderName") ?? textOf(row, "senderId") ?? "?"), placeText(row), String(numberOf(row, "messages") ?? 0), shortAge(now - (numberOf(row, "lastAt") ?? now))]);
  return alignedTable(["WHO", "WHERE", "MESSAGES", "LAST SPOKE"], cells);
}

function conversationLines(rows: readonly Row[]): string[] {
  const cells = rows.map((row) => [
    `${numberOf(row, "number") ?? "-"}${flagOf(row, "current") ? "*" : ""}`,
    isoSeconds(numberOf(row, "beganAt")) ?? "unknown",
    textOf(row, "beganReason") ?? "",
    String(numberOf(row, "messages") ?? 0),
    (textOf(row, "sessionId") ?? "").slice(0, 8),
    plain(textOf(row, "title") ?? textOf(row, "preview") ?? ""),
  ]);
  return alignedTable(["NO", "BEGAN", "WHY", "MESSAGES", "ID", "TITLE"], cells);
}

/** `sessions show`: the state object, who speaks there, the conversations, what was used (spec 3.2). */
export function showLines(payload: Row, now: number): string[] {
  const dock = asRow(payload.dock);
  const shown = rowsOf(payload, "conversations");
  const hidden = (numberOf(payload, "totalConversations") ?? 0) - shown.length;
  return [
    ...facts([
      ...stateFacts(asRow(payload.session), now),
      ["Choices", choicesText(asRow(payload.choices))],
      ["Last route", placeText(asRow(payload.lastRoute))],
      ...(payload.dock === null || payload.dock === undefined ? [] : [["Docked to", placeText(asRow(dock.address))] as const]),
      ["Used", usageText(asRow(payload.usage))],
    ]),
    ...section("Who speaks there", participantLines(rowsOf(payload, "participants"), now)),
    ...section("Conversations", [...conversationLines(shown), ...(hidden > 0 ? [`${hidden} older`] : [])]),
  ];
}

/** `sessions trash`. */
export function trashLines(payload: Row): string[] {
  const rows = rowsOf(payload, "sessions");
  if (rows.length === 0) return ["Nothing was removed that can be restored."];
  return rows.map((row) => {
    const at = new Date(numberOf(row, "removedAt") ?? 0).toISOString();
    return `${at}  ${withoutControls(textOf(row, "key") ?? "")}  ${textOf(row, "reason") ?? ""}  ${numberOf(row, "entries") ?? 0} entries`;
  });
}
