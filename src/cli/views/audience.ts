import { cutShort } from "../../domain/cut-short.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { flagOf, numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";

const LONGEST = 44;

function line(text: string): string {
  return cutShort(withoutControls(text).replace(/\s+/g, " ").trim(), LONGEST);
}

/** A key is copied from here into other commands: it is never cut. */
function whole(text: string): string {
  return withoutControls(text).replace(/\s+/g, " ");
}

interface Names {
  readonly names: ReadonlyMap<string, string>;
  readonly edges: ReadonlyMap<string, number>;
}

function edgeKey(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

function sharers(session: Row, personId: string, { names }: Names): string {
  const others = textsOf(session, "people").filter((id) => id !== personId);
  return flagOf(session, "shared") ? `! ${others.map((id) => line(names.get(id) ?? id)).join(", ")}` : "";
}

function identityRows(identity: Row, sessions: readonly Row[], known: Names): string[][] {
  const id = textOf(identity, "id") ?? "";
  const personId = textOf(identity, "personId") ?? "";
  const spoken = sessions.filter((session) => textsOf(session, "speakers").includes(id));
  return spoken.map((session, index) => {
    const key = textOf(session, "key") ?? "";
    const messages = known.edges.get(edgeKey(id, key)) ?? 0;
    return [index === 0 ? `  ${line(textOf(identity, "label") ?? id)}` : "", whole(key), String(messages), sharers(session, personId, known)];
  });
}

function personRows(person: Row, map: Row, known: Names): string[][] {
  const id = textOf(person, "id") ?? "";
  const role = textOf(person, "role") ?? "";
  const name = line(textOf(person, "name") ?? id);
  const own = rowsOf(map, "identities").filter((identity) => textOf(identity, "personId") === id);
  const sessions = rowsOf(map, "sessions");
  return [[name === "the owner" ? name : `${name} (${role})`], ...own.flatMap((identity) => identityRows(identity, sessions, known))];
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function verdict(sessions: readonly Row[], palette: Palette): string {
  const shared = sessions.filter((session) => flagOf(session, "shared")).length;
  if (shared === 0) return palette.good(`${counted(sessions.length, "session")}: none is shared by two or more people.`);
  return palette.warn(`${counted(sessions.length, "session")}: ${shared} shared by two or more people (marked !), who can learn there what the others said.`);
}

/** People, their accounts, and the sessions that each of them speaks in. */
export function audienceLines(map: Row, palette: Palette): string[] {
  const people = rowsOf(map, "people");
  const sessions = rowsOf(map, "sessions");
  if (people.length === 0) return ["Nobody has spoken there yet."];
  const names = new Map(people.map((person) => [textOf(person, "id") ?? "", textOf(person, "name") ?? ""]));
  const edges = new Map(rowsOf(map, "edges").map((edge) => [edgeKey(textOf(edge, "from") ?? "", textOf(edge, "to") ?? ""), numberOf(edge, "messages") ?? 0]));
  const table = alignedTable(["WHO", "SESSION", "MESSAGES", "SHARED WITH"], people.flatMap((person) => personRows(person, map, { names, edges })));
  const more = numberOf(map, "more") ?? 0;
  return [
    ...table.map((row) => (row.includes("  ! ") ? palette.warn(row) : row)),
    "",
    verdict(sessions, palette),
    ...(more > 0 ? [`${counted(more, "more session")}, spoken in earlier: show them with --limit ${Math.min(1000, sessions.length + more)}.`] : []),
  ];
}

export function betweenLines(answer: Row, palette: Palette): string[] {
  const paint = flagOf(answer, "shares") ? palette.warn : palette.good;
  return textsOf(answer, "lines").map((text) => (/ (?:can|cannot) see what /.test(text) ? paint(withoutControls(text)) : withoutControls(text)));
}
