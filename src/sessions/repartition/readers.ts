import type { InboundMessage } from "../../domain/message.ts";
import type { Executor } from "../../store/store.ts";
import type { ParticipantRow } from "../../store/tables.ts";
import { targetsOf, type Assignment, type Placement } from "./assign.ts";
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

/** All that lies at one key, and in how many sessions each of its authors said it. */
interface Heap {
  readonly lying: ReadonlyMap<Assignment, Lying>;
  readonly spread: ReadonlyMap<string, number>;
}

/** Somebody who reads at a key afterwards, and the sessions in which they could read before. */
interface Reader extends Human {
  readonly saw: ReadonlySet<Assignment>;
}

interface Found {
  readonly readers: NewReader[];
  total: number;
}

function authorOf({ row, before, operator }: Placement): Human {
  return operator ? OWNER : humanOf(row, before);
}

function readersOf(placement: Placement): Human[] {
  const room = roomOf(placement.row);
  const human = authorOf(placement);
  return room === null ? [human] : [human, room];
}

function authorIds({ authors }: Lying): Set<string> {
  return new Set(authors.map((placement) => authorOf(placement).id));
}

function heapOf(lying: readonly Lying[]): Heap {
  const spread = new Map<string, number>();
  for (const one of lying) for (const id of authorIds(one)) spread.set(id, (spread.get(id) ?? 0) + 1);
  return { lying: new Map(lying.map((one) => [one.source, one])), spread };
}

/** They belong there still: who once spoke in a session that is not theirs any more has not read what came later. */
function belongs({ row, before, operator }: Placement, source: Assignment): boolean {
  return operator || before.sessionKey === source.key || (row.chat_kind !== "dm" && row.place === null);
}

/** In which of these sessions each could read before: whoever speaks there, and their rooms. */
function circlesOf({ leaving, there }: Survey): Map<string, Set<Assignment>> {
  const circles = new Map<string, Set<Assignment>>();
  for (const source of [...leaving.values(), ...there.values()]) {
    for (const placement of source.placements.values()) {
      if (!belongs(placement, source)) continue;
      for (const { id } of readersOf(placement)) circles.set(id, (circles.get(id) ?? new Set()).add(source));
    }
  }
  return circles;
}

/** How many authors of a heap are new to a reader: all but those whose every word they could read already. */
function countNew({ lying, spread }: Heap, reader: Reader): number {
  const seen = new Map<string, number>();
  for (const source of reader.saw) {
    const one = lying.get(source);
    if (one !== undefined) for (const id of authorIds(one)) seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  let known = 0;
  for (const [id, count] of seen) if (count === spread.get(id) && id !== reader.id) known++;
  return spread.size - known - (spread.has(reader.id) ? 1 : 0);
}

/** One reader at one key: whose words from sessions that they could not read lie there? */
function judge(found: Found, reader: Reader, key: string, heap: Heap): void {
  found.total += countNew(heap, reader);
  if (found.readers.length >= MOST) return;
  const counts = new Map<string, { words: string; messages: number }>();
  for (const { source, authors } of heap.lying.values()) {
    if (reader.saw.has(source)) continue;
    for (const placement of authors) {
      const author = authorOf(placement);
      if (author.id === reader.id) continue;
      const known = counts.get(author.id) ?? { words: author.words, messages: 0 };
      known.messages += placement.row.messages;
      counts.set(author.id, known);
    }
  }
  for (const [id, { words, messages }] of counts) {
    if (found.readers.length >= MOST) return;
    const said = `${reader.words} would see what ${words} said (${messages} ${messages === 1 ? "message" : "messages"}) in ${key}.`;
    found.readers.push({ reader: reader.words, author: words, pair: JSON.stringify([reader.id, id]), messages, session: key, words: said });
  }
}

/** Everything that lies where somebody goes: after a new start, what lies there already; else what comes there too. */
function heapsOf({ leaving, there }: Survey, mode: Mode): Map<string, Heap> {
  const lying = new Map<string, Lying[]>();
  for (const source of leaving.values()) for (const key of targetsOf(source)) lying.set(key, []);
  for (const source of [...leaving.values(), ...there.values()]) {
    const all = [...source.placements.values()];
    const parts = mode === "fresh" ? new Map([[source.key, all]]) : Map.groupBy(all, ({ target }) => source.home ?? target);
    for (const [key, authors] of parts) lying.get(key)?.push({ source, authors });
  }
  return new Map([...lying].map(([key, theirs]) => [key, heapOf(theirs)]));
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
  const counted = { explicit: 0, place: null, messages: 0, first_at: 0, last_at: 0, canary: null, language: null };
  return { session_key: "", channel, account, chat, thread, thread_key: thread ?? "", sender_id: sender.id, sender_name: sender.name, chat_kind: chatKind, ...counted };
}

interface Judging {
  readonly survey: Survey;
  readonly heaps: Map<string, Heap>;
  readonly circles: ReadonlyMap<string, ReadonlySet<Assignment>>;
  readonly mode: Mode;
}

/** What lies at a key to which nobody goes who has spoken yet. */
async function heapAt(store: Executor, key: string, { survey, mode }: Judging, options: SurveyOptions): Promise<Heap> {
  const leaving = survey.leaving.get(key);
  // Whoever leaves it takes their words along, unless nothing is moved.
  if (leaving !== undefined && mode !== "fresh") return heapOf([]);
  const there = leaving ?? (await lookAt(store, key, options, () => false));
  return heapOf(there === null ? [] : [{ source: there, authors: [...there.placements.values()] }]);
}

/** Whoever might speak is judged as if they had, once: they read where their first message would go. */
async function judgeProbe(store: Executor, found: Found, probe: Probe, options: SurveyOptions, judging: Judging): Promise<void> {
  const [before, after] = [options.before(probe.message), options.after(probe.message)];
  if (before.isOwner) return;
  const key = after.sessionKey;
  const heap = judging.heaps.get(key) ?? (await heapAt(store, key, judging, options));
  judging.heaps.set(key, heap);
  const row = rowOf(probe.message);
  const room = roomOf(row);
  const inRoom = room === null ? new Set<Assignment>() : (judging.circles.get(room.id) ?? new Set<Assignment>());
  const saw = new Set([...heap.lying.keys()].filter((source) => source.key === before.sessionKey || inRoom.has(source)));
  judge(found, { id: humanOf(row, before).id, words: probe.words, saw }, key, heap);
}

/** How many readers are judged before others get their turn. */
const AT_ONCE = 50;

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
  const judging: Judging = { survey, heaps: heapsOf(survey, options.mode), circles: circlesOf(survey), mode: options.mode };
  let judged = 0;
  for (const [key, humans] of readingEverywhere(survey)) {
    const heap = judging.heaps.get(key);
    for (const human of humans.values()) {
      if (heap !== undefined && human.id !== OWNER.id) judge(found, { ...human, saw: judging.circles.get(human.id) ?? new Set<Assignment>() }, key, heap);
      if (++judged % AT_ONCE === 0) await breathe();
    }
  }
  for (const probe of probes) await judgeProbe(store, found, probe, options, judging);
  return { readers: found.readers, total: found.total };
}
