import type { Delivery, Evidence, Shown } from "./evidence.ts";
import { ROOMS, type Room } from "./talk.ts";
import { ACCOUNTS } from "./town.ts";

export type Law = "lost" | "doubled" | "misordered" | "misrouted" | "orphan" | "stuck" | "log";

/** A law that was broken. */
export interface Finding {
  readonly law: Law;
  /** The message that it befell; null where it is no message's. */
  readonly mark: string | null;
  readonly what: string;
}

/** What is no breach, and has to be told all the same. */
export interface Tally {
  /** Marks whose reply may or may not have arrived, each with its row. */
  readonly unknown: readonly string[];
  /** Marks whose turn ended with a notice instead of an answer: the model failed too often, or took too long. */
  readonly noticed: readonly string[];
  /** Beginnings of an answer that stand in a chat without ever having been completed. */
  readonly beginnings: number;
}

type Found = (law: Law, mark: string | null, what: string) => void;

function group<T>(of: readonly T[], key: (one: T) => string): Map<string, T[]> {
  return Map.groupBy(of, key);
}

/** Which turn each mark came to, and how that ended. */
interface Fates {
  readonly sessionOf: ReadonlyMap<string, string>;
  readonly turnOf: ReadonlyMap<string, string>;
  hasAnswer(mark: string): boolean;
}

function fatesOf({ items, turns }: Evidence): Fates {
  const turnOf = new Map(items.map(({ mark, turnId }) => [mark, turnId ?? ""]));
  return {
    turnOf,
    sessionOf: new Map(items.map(({ mark, sessionKey }) => [mark, sessionKey])),
    hasAnswer: (mark) => turns.get(turnOf.get(mark) ?? "")?.state === "committed",
  };
}

/** Every accepted message has one item, one line in the transcript, and one turn with one answer. */
function checkTurns({ said, items, entries, turns }: Evidence, fates: Fates, found: Found): void {
  const itemsOf = group(items, ({ mark }) => mark);
  const asked = group(entries.flatMap((entry) => (entry.role === "user" ? entry.marks : [])), (mark) => mark);
  const complete = entries.filter(({ role, turnId }) => role === "assistant" && turns.get(turnId ?? "")?.state === "committed");
  const answers = group(complete.flatMap(({ marks, turnId }) => marks.map((mark) => ({ mark, turnId }))), ({ mark }) => mark);
  for (const mark of said.keys()) {
    const [item, ...more] = itemsOf.get(mark) ?? [];
    if (!item) found("lost", mark, "it is not in the inbox");
    if (more.length > 0) found("doubled", mark, `it is ${more.length + 1} times in the inbox`);
    const lines = asked.get(mark)?.length ?? 0;
    if (lines !== 1) found(lines === 0 ? "lost" : "doubled", mark, `it is ${lines} times in the transcript`);
    const own = answers.get(mark) ?? [];
    if (own.length > 1) found("doubled", mark, `it was answered in ${own.length} turns`);
    if (!fates.hasAnswer(mark)) continue;
    if (own.length === 0) found("lost", mark, "its turn was committed without its answer");
    else if (own[0]?.turnId !== item?.turnId) found("misrouted", mark, "it was answered in another turn than its own");
  }
}

function numberOf(mark: string): number {
  return Number(mark.slice(mark.lastIndexOf("-") + 1));
}

function labelOf(mark: string): string {
  return mark.split("-")[1] ?? "";
}

/** Each room's marks come in the order in which they were said. */
function checkOrder(marks: readonly string[], where: string, found: Found, told: (mark: string) => string = () => ""): void {
  for (const [, own] of group([...new Set(marks)], labelOf)) {
    for (const [index, mark] of own.entries()) {
      const before = own[index - 1];
      if (before !== undefined && numberOf(before) > numberOf(mark)) found("misordered", mark, `${where}: it comes after ${before}${told(before)}${told(mark)}`);
    }
  }
}

/** A message that grows ends so until it is complete: one that was left behind shows that it is not. */
const BEGINNING = / …$/;

interface Chat {
  readonly room: Extract<Room, { kind: "chat" }>;
  readonly shown: readonly Shown[];
  readonly deliveries: readonly Delivery[];
}

function tell(shown: readonly Shown[], mark: string): string {
  return JSON.stringify(shown.filter(({ marks }) => marks.includes(mark)).map(({ messageId, text }) => [messageId, text]));
}

/** What belongs into a chat is there once; what cannot be known has a row that says so; nothing else is there. */
function checkChat({ room, shown, deliveries }: Chat, { said }: Evidence, fates: Fates, found: Found): { beginnings: number } {
  const complete = shown.filter(({ text }) => !BEGINNING.test(text));
  const times = group(complete.flatMap(({ marks }) => marks), (mark) => mark);
  const byTurn = group(deliveries, ({ turnId }) => turnId ?? "");
  for (const [mark, { room: home }] of said) {
    if (home.label !== room.label) continue;
    const seen = times.get(mark)?.length ?? 0;
    const own = byTurn.get(fates.turnOf.get(mark) ?? "") ?? [];
    if (own.length !== 1) found(own.length === 0 ? "lost" : "doubled", mark, `its turn has ${own.length} deliveries`);
    if (seen > 1) found("doubled", mark, `${seen} messages of the chat answer it: ${tell(shown, mark)}; ${JSON.stringify(own)}`);
    if (own[0]?.state === "failed") found("lost", mark, `its reply was given up: ${own[0].error ?? ""}`);
    if (seen === 0 && own[0]?.state === "sent" && fates.hasAnswer(mark)) found("lost", mark, "its reply counts as sent and is not in the chat");
  }
  for (const mark of times.keys()) {
    const strange = fates.sessionOf.get(mark) !== undefined && said.get(mark)?.room.label !== room.label;
    // An answer may also speak of what the same conversation asked before and got no answer to.
    const sameSession = said.get(mark)?.room.kind === "chat" && fates.sessionOf.get(mark) === sessionOf(room, said, fates);
    if (strange && !(sameSession && !fates.hasAnswer(mark))) found("misrouted", mark, `it is answered in the chat of ${room.label}`);
  }
  checkOrder(shown.flatMap(({ marks }) => marks.filter((mark) => labelOf(mark) === room.label)), `the chat of ${room.label}`, found, (mark) => `; ${mark} ${tell(shown, mark)} ${JSON.stringify(byTurn.get(fates.turnOf.get(mark) ?? ""))}`);
  checkNotices({ room, shown: complete, deliveries }, found);
  return { beginnings: shown.length - complete.length };
}

function sessionOf(room: Room, said: Evidence["said"], fates: Fates): string | undefined {
  const own = [...said.values()].find((one) => one.room.label === room.label);
  return own && fates.sessionOf.get(own.mark);
}

/** Notices carry no mark: they are counted. */
function checkNotices({ room, shown, deliveries }: Chat, found: Found): void {
  const notices = shown.filter(({ marks }) => marks.length === 0).length;
  const owed = deliveries.filter(({ text }) => !text.includes("mark-"));
  const most = owed.length;
  const least = owed.filter(({ state }) => state === "sent").length;
  if (notices < least) found("lost", null, `the chat of ${room.label} shows ${notices} notices of ${least}`);
  if (notices > most) found("doubled", null, `the chat of ${room.label} shows ${notices} notices of ${most}`);
}

export function checkAll(evidence: Evidence): { readonly findings: readonly Finding[]; readonly tally: Tally } {
  const findings: Finding[] = [];
  const found: Found = (law, mark, what) => void findings.push({ law, mark, what });
  const fates = fatesOf(evidence);
  checkTurns(evidence, fates, found);
  for (const role of ["user", "assistant"]) {
    checkOrder(evidence.entries.filter((entry) => entry.role === role).flatMap(({ marks }) => marks), `the transcript (${role})`, found);
  }
  let beginnings = 0;
  for (const room of ROOMS) {
    if (room.kind !== "chat") continue;
    const deliveries = evidence.deliveries.filter(({ account, chat }) => account === ACCOUNTS[room.bot] && chat === String(room.chat));
    beginnings += checkChat({ room, deliveries, shown: evidence.chats.get(room.label) ?? [] }, evidence, fates, found).beginnings;
  }
  for (const what of evidence.orphans) found("orphan", null, what);
  const unknownTurns = new Set(evidence.deliveries.flatMap(({ state, turnId }) => (state === "unknown" ? [turnId] : [])));
  const marks = [...evidence.said.keys()];
  return {
    findings,
    tally: {
      unknown: marks.filter((mark) => unknownTurns.has(fates.turnOf.get(mark) ?? "")),
      noticed: marks.filter((mark) => fates.turnOf.has(mark) && !fates.hasAnswer(mark)),
      beginnings,
    },
  };
}
