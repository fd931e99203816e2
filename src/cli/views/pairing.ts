import { duration, wordedAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import { alignedTable } from "../table.ts";
import { numberOf, textOf, textsOf, type Row } from "../wire.ts";
import { shortened } from "./conversation-name.ts";

function clean(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "");
}

/** `Bob (telegram 42)`, `telegram 42` where no name is known. */
export function requesterText(request: Row): string {
  const account = clean(request, "account");
  const channel = `${clean(request, "channel")}${account === "" || account === "default" ? "" : `/${account}`}`;
  const id = `${channel} ${clean(request, "senderId")}`.trim();
  const name = clean(request, "senderName");
  return name === "" ? id : `${name} (${id})`;
}

export function requestLines(requests: readonly Row[], now: number): string[] {
  if (requests.length === 0) return ["Nobody is waiting to be let in."];
  const rows = requests.map((request) => {
    const expires = numberOf(request, "expiresAt");
    const asked = numberOf(request, "createdAt");
    return [
      clean(request, "code"),
      clean(request, "channel"),
      clean(request, "account") || "-",
      clean(request, "senderId"),
      clean(request, "senderName") || "-",
      wordedAge(asked === null ? null : Math.max(0, now - asked)),
      expires === null ? "-" : expires <= now ? "expired" : `${duration(expires - now)} left`,
    ];
  });
  return alignedTable(["CODE", "CHANNEL", "ACCOUNT", "SENDER", "NAME", "ASKED", "GOOD FOR"], rows);
}

export function approvedLines(approved: readonly Row[], now: number): string[] {
  if (approved.length === 0) return ["Nobody was let in by a code."];
  const rows = approved.map((one) => {
    const at = numberOf(one, "approvedAt");
    return [clean(one, "channel"), clean(one, "account") || "-", clean(one, "senderId"), clean(one, "person") || "-", wordedAge(at === null ? null : Math.max(0, now - at)), clean(one, "approvedBy")];
  });
  return alignedTable(["CHANNEL", "ACCOUNT", "SENDER", "PERSON", "LET IN", "BY"], rows);
}

const MOST_NAMES = 6;

/** Which conversation somebody would speak in: `They will share agent:main:main with: you`. */
export function shareLine(answer: Row, whose: "They" | "You"): string {
  const key = clean(answer, "sessionKey");
  const names = textsOf(answer, "shares").map(withoutControls);
  if (names.length > 0) return `${whose} will share ${key} with: ${shortened(names, MOST_NAMES)}`;
  return `${whose} will get a conversation of ${whose === "You" ? "your" : "their"} own: ${key}`;
}
