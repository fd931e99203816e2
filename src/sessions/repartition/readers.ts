import type { InboundMessage } from "../../domain/message.ts";
import type { Executor } from "../../store/store.ts";
import type { ParticipantRow } from "../../store/tables.ts";
import type { Assignment, Placement } from "./assign.ts";
import type { NewReader } from "./plan-types.ts";
import { humanOf, OWNER, roomOf, type Human } from "./speakers.ts";
import { lookAt, type Survey, type SurveyOptions } from "./survey.ts";
import { breathe, type Mode } from "./types.ts";

/** Somebody who has not spoken yet, but may: what they send, and who they are in words. */
export interface Probe {
  readonly message: InboundMessage;
  readonly words: string;
}

/** More pairs than these are counted, not listed. */
const MOST = 200;

/** What was said in one session by those whose words lie at one key. */
interface Lying {
  readonly source: Assignment;
  readonly authors: readonly Placement[];
}

/** Somebody who reads at a key afterwards; `sees` tells whether they could read in a session before. */
interface Reader extends Human {
  sees(source: Assignment): boolean;
}

function authorOf({ row, before, operator }: Placement): Human {
  return operator ? OWNER : humanOf(row, before);
}

function readersOf(placement: Placement): Human[] {
  const room = roomOf(placement.row);
  const human = authorOf(placement);
  return room === null ? [human] : [human, room];
}

/** Who could read in a session before: whoever spoke there, and their rooms. */
function circleOf(source: Assignment, known: Map<Assignment, ReadonlySet<string>>): ReadonlySet<string> {
  const there = known.get(source) ?? new Set([...source.placements.values()].flatMap((placement) => readersOf(placement).map(({ id }) => id)));
  known.set(source, there);
  return there;
}

interface Found {
  readonly readers: NewReader[];
  total: number;
}

/** One reader at one key: whose words from sessions that they could not read lie there? */
function judge(found: Found, reader: Reader, key: string, lying: readonly Lying[]): void {
  const counts = new Map<string, { words: string; messages: number }>();
  for (const { source, authors } of lying) {
    if (reader.sees(source)) continue;
    for (const placement of authors) {
      const author = authorOf(placement);
      if (author.id === reader.id) continue;
      const known = counts.get(author.id) ?? { words: author.words, messages: 0 };
      known.messages += placement.row.messages;
      counts.set(author.id, known);
    }
  }
  found.total += counts.size;
  for (const { words, messages } of counts.values()) {
    if (found.readers.length >= MOST) return;
    const said = `${reader.words} would see what ${words} said (${messages} ${messages === 1 ? "message" : "messages"}) in ${key}.`;
    found.readers.push({ reader: reader.words, author: words, messages, session: key, words: said });
  }
}

function lyingAt(key: string, { leaving, there }: Survey, mode: Mode): Lying[] {
  const own = leaving.get(key) ?? there.get(key);
  if (mode === "fresh") return own === undefined ? [] : [{ source: own, authors: [...own.placements.values()] }];
  return [...leaving.values(), ...(leaving.has(key) || own === undefined ? [] : [own])].flatMap((source) => {
    const authors = [...source.placements.values()].filter(({ target }) => (source.home ?? target) === key);
    return authors.length === 0 ? [] : [{ source, authors }];
  });
}

/** Everything that lies where somebody goes, looked up once. */
function lyingEverywhere(survey: Survey, mode: Mode): Map<string, Lying[]> {
  const keys = new Set([...survey.leaving.values()].flatMap(({ home, placements }) => [...placements.values()].map(({ target }) => home ?? target)));
  if (mode === "fresh") return new Map([...keys].map((key) => [key, lyingAt(key, survey, mode)]));
  const lying = new Map<string, Lying[]>([...keys].map((key) => [key, []]));
  for (const source of [...survey.leaving.values(), ...survey.there.values()]) {
    const parts = Map.groupBy(source.placements.values(), ({ target }) => source.home ?? target);
    for (const [key, authors] of parts) lying.get(key)?.push({ source, authors });
  }
  return lying;
}

/** Who reads at each key afterwards: those who go there, and those who stay. */
function readingEverywhere({ leaving, there }: Survey): Map<string, Map<string, Human>> {
  const reading = new Map<string, Map<string, Human>>();
  for (const { home, placements } of [...leaving.values(), ...there.values()]) {
    for (const placement of placements.values()) {
      const key = home ?? placement.target;
      const humans = reading.get(key) ?? new Map<string, Human>();
      for (const human of readersOf(placement)) humans.set(human.id, human);
      reading.set(key, humans);
    }
  }
  return reading;
}

function rowOf({ address, chatKind, sender }: InboundMessage): ParticipantRow {
  const { channel, account, chat, thread } = address;
  const counted = { explicit: 0, place: null, messages: 0, first_at: 0, last_at: 0, canary: null };
  return { session_key: "", channel, account, chat, thread, thread_key: thread ?? "", sender_id: sender.id, sender_name: sender.name, chat_kind: chatKind, ...counted };
}

/** Whoever might speak is judged as if they had, once: they read where their first message would go. */
async function judgeProbe(store: Executor, found: Found, probe: Probe, options: SurveyOptions, known: { survey: Survey; lying: Map<string, Lying[]>; mode: Mode }): Promise<void> {
  const [before, after] = [options.before(probe.message), options.after(probe.message)];
  if (before.isOwner) return;
  const key = after.sessionKey;
  let lying = known.lying.get(key);
  if (lying === undefined) {
    const there = known.survey.leaving.has(key) ? null : await lookAt(store, key, options, () => false);
    lying = there === null ? lyingAt(key, known.survey, known.mode) : [{ source: there, authors: [...there.placements.values()] }];
    known.lying.set(key, lying);
  }
  const row = rowOf(probe.message);
  const room = roomOf(row);
  const circles = new Map<Assignment, ReadonlySet<string>>();
  const sees = (source: Assignment): boolean => source.key === before.sessionKey || (room !== null && circleOf(source, circles).has(room.id));
  judge(found, { id: humanOf(row, before).id, words: probe.words, sees }, key, lying);
}

/**
 * Who would newly read whose words: for everybody who reads at a key afterwards, what lies there of sessions in which
 * they could not read before. Humans are told apart as they were known before, so that whom a link joins are two;
 * who was the owner before reads everything anyhow. A room counts as a reader of its own, with all who never spoke.
 */
export async function newReaders(
  store: Executor,
  survey: Survey,
  probes: readonly Probe[],
  options: SurveyOptions & { readonly mode: Mode },
): Promise<{ readonly readers: readonly NewReader[]; readonly total: number }> {
  const found: Found = { readers: [], total: 0 };
  const lying = lyingEverywhere(survey, options.mode);
  const circles = new Map<Assignment, ReadonlySet<string>>();
  for (const [key, humans] of readingEverywhere(survey)) {
    const words = lying.get(key) ?? [];
    for (const human of humans.values()) {
      if (human.id !== OWNER.id) judge(found, { ...human, sees: (source) => circleOf(source, circles).has(human.id) }, key, words);
    }
    await breathe();
  }
  for (const probe of probes) await judgeProbe(store, found, probe, options, { survey, lying, mode: options.mode });
  return { readers: found.readers, total: found.total };
}
