/** Looks at every request and every reply of a round, and counts what must not be there. */
import type { ModelRequest } from "../../../src/agent/providers/provider.ts";
import type { Outgoing } from "../../../src/domain/channel.ts";
import { sameAddress } from "../../../src/domain/address.ts";
import { homeOf, type State } from "./model.ts";
import { addressOf, type Spot } from "./world.ts";

const PREFIX = "wall-";
const LENGTH = PREFIX.length + 16;
/** Messages in a request, of the 400 that it has at most. */
const NEARLY_FULL = 390;

export interface Counts {
  messages: number;
  requests: number;
  replies: number;
  held: number;
  changes: number;
  /** Markers of somebody who may not be read there. */
  foreign: number;
  /** Requests in which another account's words were, as they may be: in private, in a room. */
  sharedPrivate: number;
  sharedRoom: number;
  /** Of those, the first one of an account after a link: it had to have the other's last words. */
  afterLink: number;
  /** The first request of an account that has left a person, after it had: nothing of the others may be in it. */
  keptApart: number;
}

export function noCounts(): Counts {
  return { messages: 0, requests: 0, replies: 0, held: 0, changes: 0, foreign: 0, sharedPrivate: 0, sharedRoom: 0, afterLink: 0, keptApart: 0 };
}

export interface Witness {
  readonly counts: Counts;
  readonly faults: string[];
  /** The states of which one is in force: two while a change is being made. */
  states: readonly State[];
  plant(marker: string, spot: Spot, named: boolean): void;
  /** The next request in which `by` stands as said must have `marker` too. */
  demand(by: string, marker: string): void;
  onParted(identity: number): void;
  onRequest(request: ModelRequest): string;
  onSent(outgoing: Outgoing): void;
  /** Everything is still: nothing may be missing but what is held. */
  settle(heldTexts: readonly string[], mayHold: boolean): void;
  homeNow(spot: Spot): string;
}

export function markerIn(text: string, from = 0): string | null {
  const at = text.indexOf(PREFIX, from);
  return at === -1 ? null : text.slice(at, at + LENGTH);
}

/** A home is asked for often, and there are few spots. */
function createHomes(): (state: State, spot: Spot) => string {
  const known = new WeakMap<State, Map<string, string>>();
  return (state, spot) => {
    const homes = known.get(state) ?? new Map<string, string>();
    known.set(state, homes);
    const key = `${spot.identity} ${spot.room ?? ""} ${spot.thread ?? ""}`;
    const home = homes.get(key) ?? homeOf(state, spot);
    homes.set(key, home);
    return home;
  };
}

/** What the witness remembers; all but the faults and counts is by marker or by identity. */
interface Memory {
  readonly homes: ReturnType<typeof createHomes>;
  readonly said: Map<string, Spot>;
  readonly unasked: Set<string>;
  readonly unanswered: Set<string>;
  readonly parted: Set<number>;
  readonly demands: Map<string, string>;
  readonly counts: Counts;
  readonly faults: string[];
}

function emptyMemory(): Memory {
  const words = { said: new Map<string, Spot>(), unasked: new Set<string>(), unanswered: new Set<string>(), demands: new Map<string, string>() };
  return { ...words, homes: createHomes(), parted: new Set(), counts: noCounts(), faults: [] };
}

/** Looks at every marker of a request. Says which were there, and whether others' words were among them. */
function lookAtMarkers(memory: Memory, states: readonly State[], request: ModelRequest, asker: Spot): { readonly seen: ReadonlySet<string>; readonly shared: boolean } {
  const { homes, said, unasked, counts, faults } = memory;
  const mayRead = (author: Spot): boolean => states.some((state) => homes(state, asker) === homes(state, author));
  const seen = new Set<string>();
  let shared = false;
  for (const { text } of request.messages) {
    for (let marker = markerIn(text); marker !== null; marker = markerIn(text, text.indexOf(marker) + LENGTH)) {
      seen.add(marker);
      unasked.delete(marker);
      const author = said.get(marker);
      if (author === undefined) faults.push(`a marker that nobody planted: ${marker}`);
      else if (author === asker) continue;
      else if (mayRead(author)) shared ||= author.identity !== asker.identity;
      else {
        counts.foreign++;
        faults.push(`a request of ${JSON.stringify(asker)} held ${marker} of ${JSON.stringify(author)}`);
      }
    }
  }
  return { seen, shared };
}

/** What had to be there beside a marker that is; a request that is nearly full may have lost it. */
function lookAtDemands({ demands, counts, faults }: Memory, seen: ReadonlySet<string>, isFull: boolean): void {
  for (const [by, marker] of demands) {
    if (!seen.has(by)) continue;
    demands.delete(by);
    if (isFull) continue;
    counts.afterLink++;
    if (!seen.has(marker)) faults.push(`after the link ${by} did not know ${marker}`);
  }
}

/** Returns the marker that the request asks about, or nothing where it has none. */
function lookAtRequest(memory: Memory, states: readonly State[], request: ModelRequest): string {
  const { said, unanswered, parted, counts, faults } = memory;
  counts.requests++;
  const marker = markerIn(request.messages.at(-1)?.text ?? "");
  const asker = marker === null ? undefined : said.get(marker);
  if (marker === null || asker === undefined) {
    faults.push(`a request ends with ${JSON.stringify(request.messages.at(-1)?.text)}`);
    return "";
  }
  if (markerIn(request.system) !== null) faults.push("a marker in the system prompt");
  const { seen, shared } = lookAtMarkers(memory, states, request, asker);
  lookAtDemands(memory, seen, request.messages.length >= NEARLY_FULL);
  if (shared) counts[asker.room === null ? "sharedPrivate" : "sharedRoom"]++;
  if (states.length === 1 && asker.room === null && parted.delete(asker.identity)) counts.keptApart++;
  unanswered.add(marker);
  return marker;
}

function lookAtSent({ said, unanswered, counts, faults }: Memory, { address, part }: Outgoing): void {
  const marker = markerIn(part.text);
  if (marker === null) return;
  const spot = said.get(marker);
  if (spot === undefined || !sameAddress(addressOf(spot), address)) faults.push(`the reply to ${marker} of ${JSON.stringify(spot)} went to ${JSON.stringify(address)}`);
  else if (!unanswered.delete(marker)) faults.push(`${marker} was answered twice, or unasked`);
  counts.replies++;
}

function lookAtRest({ unasked, unanswered, demands, counts, faults }: Memory, heldTexts: readonly string[], mayHold: boolean): void {
  const held = heldTexts.filter((text) => unanswered.delete(markerIn(text) ?? ""));
  counts.held += held.length;
  if (held.length > 0 && !mayHold) faults.push(`${held.length} replies are held, and nothing had changed`);
  for (const marker of unanswered) faults.push(`no reply to ${marker}`);
  for (const marker of unasked) faults.push(`${marker} reached no model`);
  unanswered.clear();
  unasked.clear();
  demands.clear();
}

/** With `drops`, full queues drop: what nobody was shown is no fault then, all else is. */
export function createWitness(first: State, drops = false): Witness {
  const memory = emptyMemory();
  const witness: Witness = {
    counts: memory.counts,
    faults: memory.faults,
    states: [first],
    plant(marker, spot, named) {
      memory.said.set(marker, spot);
      if (named) memory.unasked.add(marker);
    },
    demand: (by, marker) => void (drops || memory.demands.set(by, marker)),
    onParted: (identity) => void memory.parted.add(identity),
    onRequest: (request) => lookAtRequest(memory, witness.states, request),
    onSent: (outgoing) => lookAtSent(memory, outgoing),
    settle(heldTexts, mayHold) {
      if (drops) memory.unasked.clear();
      lookAtRest(memory, heldTexts, mayHold);
    },
    homeNow: (spot) => memory.homes(witness.states.at(-1) ?? first, spot),
  };
  return witness;
}
