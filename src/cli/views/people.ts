import { wordedAge } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable, facts } from "../table.ts";
import { numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";

/** `telegram:123`; an account that is not the default one is named: `telegram/work:123`. */
export function identityText(row: Row): string {
  const account = textOf(row, "account");
  const where = account === null || account === "default" || account === "" ? "" : `/${account}`;
  return withoutControls(`${textOf(row, "channel") ?? "?"}${where}:${textOf(row, "peer") ?? "?"}`);
}

export function nameOf(row: Row, field = "name"): string {
  return withoutControls(textOf(row, field) ?? "");
}

function ageOf(row: Row, field: string, now: number): string {
  const at = numberOf(row, field);
  return at === null ? "never" : wordedAge(Math.max(0, now - at));
}

const MOST_IDENTITIES = 3;

function identitiesCell(person: Row): string {
  const all = rowsOf(person, "identities").map(identityText);
  const rest = all.length - MOST_IDENTITIES;
  return all.length === 0 ? "-" : `${all.slice(0, MOST_IDENTITIES).join(", ")}${rest > 0 ? ` +${rest}` : ""}`;
}

const SOURCES: Readonly<Record<string, string>> = { file: "file", store: "store", both: "file+store" };

/** The people, then those who spoke and are linked to nobody. */
export function peopleLines(payload: Row, now: number, palette: Palette): string[] {
  const people = rowsOf(payload, "people");
  const guests = rowsOf(payload, "guests");
  if (people.length + guests.length === 0) return ["Nobody is known yet: whoever writes to your agent appears here."];
  const rows = people.map((person) => [
    nameOf(person),
    nameOf(person, "role"),
    String(numberOf(person, "messages") ?? 0),
    ageOf(person, "lastAt", now),
    SOURCES[textOf(person, "source") ?? ""] ?? "-",
    identitiesCell(person),
  ]);
  const guestRows = guests.map((guest) => [identityText(guest), nameOf(guest, "displayName") || "-", String(numberOf(guest, "messages") ?? 0), ageOf(guest, "lastAt", now)]);
  return [
    ...(people.length === 0 ? [] : alignedTable(["NAME", "ROLE", "MESSAGES", "LAST SPOKE", "FROM", "IDENTITIES"], rows)),
    ...(people.length === 0 || guests.length === 0 ? [] : [""]),
    ...(guests.length === 0 ? [] : [palette.bold("Linked to nobody"), ...alignedTable(["IDENTITY", "NAME", "MESSAGES", "LAST SPOKE"], guestRows)]),
    ...(guests.length === 0 ? [] : [palette.dim(`Say who it is: continuo people link ${guestRows[0]?.[0] ?? ""} NAME`)]),
  ];
}

const PROOFS: Readonly<Record<string, string>> = { file: "the configuration file", pairing: "pairing", code: "a code sent in both chats", operator: "you said so" };
const MOST_SESSIONS = 10;

/** One person: who, how each identity is known, which conversations. */
export function personLines(person: Row, now: number, palette: Palette): string[] {
  const sessions = textsOf(person, "sessions").map(withoutControls);
  const rest = sessions.length - MOST_SESSIONS;
  const identities = rowsOf(person, "identities").map((identity) => [
    `  ${identityText(identity)}`,
    nameOf(identity, "displayName") || "-",
    PROOFS[textOf(identity, "provedBy") ?? ""] ?? "-",
    numberOf(identity, "provedAt") === null ? "-" : ageOf(identity, "provedAt", now),
  ]);
  return [
    palette.bold(nameOf(person)),
    ...facts([
      ["  Role", nameOf(person, "role")],
      ["  Messages", String(numberOf(person, "messages") ?? 0)],
      ["  Last spoke", ageOf(person, "lastAt", now)],
      ["  Known from", SOURCES[textOf(person, "source") ?? ""] ?? "-"],
    ]),
    "",
    palette.bold("Identities"),
    ...(identities.length === 0 ? ["  none"] : alignedTable(["  IDENTITY", "NAME THERE", "KNOWN BY", "SINCE"], identities)),
    "",
    palette.bold("Speaks in"),
    ...(sessions.length === 0 ? ["  no conversation yet"] : sessions.slice(0, MOST_SESSIONS).map((key) => `  ${key}`)),
    ...(rest > 0 ? [`  ... and ${rest} more (--json prints them all)`] : []),
  ];
}
