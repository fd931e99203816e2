import { ContinuoError } from "../../domain/errors.ts";
import { sameAddress } from "../../domain/address.ts";
import type { Executor } from "../../store/store.ts";
import type { InboxRow, TurnRow } from "../../store/tables.ts";
import { toAddress } from "../../store/rows.ts";
import { findEntryPlace } from "../../store/statements/find-entry-place.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findTurnEntry } from "../../store/statements/find-turn-entry.ts";
import type { Placement } from "./assign.ts";
import { speakerKey } from "./speakers.ts";
import type { ItemsBefore, TurnBefore } from "./undo.ts";
import type { Items, RunningTurns, TurnRoute } from "./types.ts";

/** A turn that is not over and that nobody runs: it was handed back, or its process is gone. */
export interface Running {
  readonly turn: TurnRow;
  readonly items: readonly InboxRow[];
  /** One of its entries, by which its place is found again; null for a command, which leaves none. */
  readonly entry: string | null;
}

interface Writers {
  readonly items: Items;
  readonly turns: RunningTurns;
}

/** The turns under these keys, before anything is moved. */
export async function readRunning(tx: Executor, { items, turns }: Writers, keys: Iterable<string>): Promise<Running[]> {
  const found: Running[] = [];
  for (const key of new Set(keys)) {
    const turn = await turns.find(tx, key);
    if (turn === undefined) continue;
    const entry = await tx.get(findTurnEntry, { session_id: turn.session_id, turn_id: turn.id });
    found.push({ turn, items: await items.claimed(tx, turn.id), entry: entry?.id ?? null });
  }
  return found;
}

/** Their ids: what they asked has to stand last where they go on, for the answer comes behind it. */
export function idsOf(running: readonly Running[]): Set<string> {
  return new Set(running.map(({ turn }) => turn.id));
}

/** What those who move a turn know of where its sender goes. */
export interface Sorter {
  /** Whoever sent it, as they were placed. */
  placementOf(key: string, speaker: string): Placement | undefined;
  /** Where a turn goes that left no entry. */
  keyOf(running: Running, placement: Placement | undefined): string;
  /** Which side of a placement is in force from now on. */
  readonly side: "before" | "after";
}

interface Move {
  readonly running: Running;
  readonly to: TurnRoute;
  readonly placement: Placement | undefined;
}

async function destination(tx: Executor, running: Running, placement: Placement | undefined, sorter: Sorter): Promise<Pick<TurnRow, "session_key" | "session_id">> {
  const place = running.entry === null ? undefined : await tx.get(findEntryPlace, { id: running.entry });
  if (place !== undefined) return place;
  const session_key = sorter.keyOf(running, placement);
  const session = await tx.get(findSession, { key: session_key });
  if (session === undefined) throw new ContinuoError("STORE_CORRUPT", `The turn ${running.turn.id} has no session to go on in.`, { fields: { turnId: running.turn.id, sessionKey: session_key } });
  return { session_key, session_id: session.session_id };
}

async function moveOf(tx: Executor, running: Running, sorter: Sorter): Promise<Move> {
  const { turn, items } = running;
  const [first] = items;
  const placement = first === undefined ? undefined : sorter.placementOf(turn.session_key, speakerKey(first));
  const to = await destination(tx, running, placement, sorter);
  const route = placement === undefined || placement.operator ? null : placement[sorter.side];
  const agent_id = /^agent:([^:]+):/.exec(to.session_key)?.[1] ?? route?.agentId ?? turn.agent_id;
  // A reply that goes where its person has docked is read there, by whoever that is.
  const isRead = first !== undefined && sameAddress(toAddress(first), toAddress(turn));
  return { running, placement, to: { ...to, agent_id, audience: isRead && route !== null ? route.audience : turn.audience } };
}

function routeOf({ session_key, session_id, agent_id, audience }: TurnRow): TurnRoute {
  return { session_key, session_id, agent_id, audience };
}

function isSame(a: TurnRoute, b: TurnRoute): boolean {
  return a.session_key === b.session_key && a.session_id === b.session_id;
}

/** One session runs one turn at a time (law 3): two of them cannot go on in one. */
function refuseMeeting(moves: readonly Move[]): void {
  for (const [key, meeting] of Map.groupBy(moves, ({ to }) => to.session_key)) {
    if (meeting.length > 1) {
      const turns = meeting.map(({ running }) => running.turn.id);
      throw new ContinuoError("CHANGE_BUSY", "Answers that are not finished yet would come together in one conversation.", { fields: { key, turns } });
    }
  }
}

export interface MovedRunning {
  readonly turns: TurnBefore[];
  readonly items: ItemsBefore[];
}

/**
 * Takes turns along to where what they ask stands now, with their messages; answers with how they were. Those whose
 * session is where it was stay as they are. Throws CHANGE_BUSY where two would go on in one session.
 */
export async function moveRunning(tx: Executor, writers: Writers, all: readonly Running[], sorter: Sorter, restored: ReadonlyMap<string, TurnRoute> = new Map()): Promise<MovedRunning> {
  const moves: Move[] = [];
  for (const running of all) moves.push(await moveOf(tx, running, sorter));
  refuseMeeting(moves);
  const moving = moves.filter(({ running, to }) => !isSame(running.turn, to));
  // Keys may change hands among them, and none may be held by two even in between.
  for (const { running, to } of moving) await writers.turns.reassign(tx, running.turn.id, { ...to, session_key: `moving:${running.turn.id}` });
  const before: MovedRunning = { turns: [], items: [] };
  for (const { running, to, placement } of moving) {
    const { turn, items } = running;
    const known = restored.get(turn.id);
    const route = known === undefined ? to : { ...to, agent_id: known.agent_id, audience: known.audience };
    await writers.turns.reassign(tx, turn.id, route);
    before.turns.push({ id: turn.id, route: routeOf(turn) });
    for (const item of items) {
      const { seq, session_key, agent_id, person, audience } = item;
      before.items.push({ route: { session_key, agent_id, person, audience }, seqs: [seq] });
      const readers = placement === undefined || placement.operator ? item : placement[sorter.side];
      // What is restored was put back with all other messages of before.
      if (known === undefined) await writers.items.reassign(tx, seq, { session_key: route.session_key, agent_id: route.agent_id, person: readers.person, audience: readers.audience });
    }
  }
  return before;
}
