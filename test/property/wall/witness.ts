/** Looks at every request and every reply of a round, and counts what must not be there. */
import type { ModelRequest } from "../../../src/agent/providers/provider.ts";
import type { Outgoing } from "../../../src/domain/channel.ts";
import { sameAddress } from "../../../src/domain/address.ts";
import { homeOf, type State } from "./model.ts";
import { addressOf, type Spot } from "./world.ts";

const PREFIX = "wall-";
const LENGTH = PREFIX.length + 16;

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

export function createWitness(first: State): Witness {
  const homes = createHomes();
  const said = new Map<string, Spot>();
  const unasked = new Set<string>();
  const unanswered = new Set<string>();
  const parted = new Set<number>();
  const demands = new Map<string, string>();
  const counts = noCounts();
  const faults: string[] = [];

  const fault = (what: string): void => void faults.push(what);
  const mayRead = (states: readonly State[], reader: Spot, author: Spot): boolean => states.some((state) => homes(state, reader) === homes(state, author));

  /** Whether others' words were there, after looking at each. */
  const look = (states: readonly State[], request: ModelRequest, asker: Spot, demanded: Map<string, string>): boolean => {
    let shared = false;
    const seen = new Set<string>();
    for (const { text } of request.messages) {
      for (let marker = markerIn(text); marker !== null; marker = markerIn(text, text.indexOf(marker) + LENGTH)) {
        seen.add(marker);
        unasked.delete(marker);
        const author = said.get(marker);
        if (author === undefined) fault(`a marker that nobody planted: ${marker}`);
        else if (author === asker) continue;
        else if (mayRead(states, asker, author)) shared ||= author.identity !== asker.identity;
        else {
          counts.foreign++;
          fault(`a request of ${JSON.stringify(asker)} held ${marker} of ${JSON.stringify(author)}`);
        }
      }
    }
    for (const [by, marker] of demanded) {
      if (!seen.has(by)) continue;
      demanded.delete(by);
      if (request.messages.length >= 390) continue;
      counts.afterLink++;
      if (!seen.has(marker)) fault(`after the link ${by} did not know ${marker}`);
    }
    return shared;
  };

  const witness: Witness = {
    counts,
    faults,
    states: [first],
    plant(marker, spot, named) {
      said.set(marker, spot);
      if (named) unasked.add(marker);
    },
    demand: (by, marker) => void demands.set(by, marker),
    onParted: (identity) => void parted.add(identity),
    onRequest(request) {
      counts.requests++;
      const marker = markerIn(request.messages.at(-1)?.text ?? "");
      const asker = marker === null ? undefined : said.get(marker);
      if (marker === null || asker === undefined) {
        fault(`a request ends with ${JSON.stringify(request.messages.at(-1)?.text)}`);
        return "";
      }
      if (markerIn(request.system) !== null) fault("a marker in the system prompt");
      if (look(witness.states, request, asker, demands)) counts[asker.room === null ? "sharedPrivate" : "sharedRoom"]++;
      if (witness.states.length === 1 && asker.room === null && parted.delete(asker.identity)) counts.keptApart++;
      unanswered.add(marker);
      return marker;
    },
    onSent({ address, part }) {
      const marker = markerIn(part.text);
      if (marker === null) return;
      const spot = said.get(marker);
      if (spot === undefined || !sameAddress(addressOf(spot), address)) fault(`the reply to ${marker} of ${JSON.stringify(spot)} went to ${JSON.stringify(address)}`);
      else if (!unanswered.delete(marker)) fault(`${marker} was answered twice, or unasked`);
      counts.replies++;
    },
    settle(heldTexts, mayHold) {
      const held = heldTexts.filter((text) => unanswered.delete(markerIn(text) ?? ""));
      counts.held += held.length;
      if (held.length > 0 && !mayHold) fault(`${held.length} replies are held, and nothing had changed`);
      for (const marker of unanswered) fault(`no reply to ${marker}`);
      for (const marker of unasked) fault(`${marker} reached no model`);
      unanswered.clear();
      unasked.clear();
      demands.clear();
    },
    homeNow: (spot) => homes(witness.states.at(-1) ?? first, spot),
  };
  return witness;
}
