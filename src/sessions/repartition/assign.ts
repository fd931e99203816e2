import type { Route } from "../../domain/route.ts";
import type { ParticipantRow } from "../../store/tables.ts";
import { isOperator, messageOf, speakerKey } from "./speakers.ts";
import type { Affected, Routing } from "./types.ts";

/** Where one of a session's participants goes. */
export interface Placement {
  readonly row: ParticipantRow;
  readonly target: string;
  readonly before: Route;
  readonly after: Route;
  readonly operator: boolean;
}

/** Where a session's people go, and with them what was said there. */
export interface Assignment {
  readonly key: string;
  readonly agentId: string;
  /** The one place to which all of it goes; null where it is split. */
  readonly home: string | null;
  /** Where that goes which nobody in particular has said. */
  readonly ownerKey: string;
  readonly placements: ReadonlyMap<string, Placement>;
}

interface Session {
  readonly key: string;
  readonly agentId: string;
}

/** Where routing sends somebody; who is not concerned by the change stays, wherever they are. */
function routedTarget(key: string, row: ParticipantRow, before: Route, after: Route): string {
  if (before.sessionKey === after.sessionKey) return key;
  // Without its surroundings, a room's route cannot be told again: the old answer has to be right for the new one to be.
  const isBlind = row.chat_kind !== "dm" && row.place === null;
  return isBlind && before.sessionKey !== key ? key : after.sessionKey;
}

/** Where an operator's words go: the main session's stay in it, another session's follow those who are in it. */
function operatorTarget({ key, agentId }: Session, { row, before, after }: Placement, routed: readonly Placement[], { mains }: Routing, isAffected: boolean): string {
  const [first] = routed;
  const others = first !== undefined && routed.every(({ target }) => target === first.target) ? first.target : null;
  const isMain = key === mains.mainKeyBefore(agentId);
  if (!isAffected) return isMain ? key : (others ?? key);
  // Nobody named the session: their next words go where routing says, whichever agent's it is.
  if (row.explicit === 0 && before.sessionKey === key) return after.sessionKey;
  if (isMain) return mains.mainKeyAfter(agentId);
  return first === undefined ? key : (others ?? mains.mainKeyAfter(agentId));
}

/** Where a session goes in which nobody spoke. */
function silentTarget({ key, agentId }: Session, { mains }: Routing): string {
  return key === mains.mainKeyBefore(agentId) ? mains.mainKeyAfter(agentId) : key;
}

/**
 * Where each of a session's participants goes when routing changes (law 7): those of its own channels where routing
 * sends them, the operator with them or to the main session. Pure.
 */
export function assign(session: Session, participants: readonly ParticipantRow[], routing: Routing, affected: Affected = "all"): Assignment {
  const isAffected = (row: ParticipantRow): boolean => affected === "all" || affected(row);
  const place = (row: ParticipantRow): Placement => {
    const message = messageOf(row);
    const before = routing.before(message);
    const after = routing.after(message);
    return { row, before, after, operator: isOperator(row), target: isAffected(row) ? routedTarget(session.key, row, before, after) : session.key };
  };
  const all = participants.map(place);
  const routed = all.filter(({ operator }) => !operator);
  const placed = all.map((placement) => (placement.operator ? { ...placement, target: operatorTarget(session, placement, routed, routing, isAffected(placement.row)) } : placement));
  const targets = new Set(placed.map(({ target }) => target));
  const [only = silentTarget(session, routing)] = targets;
  return {
    ...session,
    home: targets.size > 1 ? null : only,
    ownerKey: routing.mains.mainKeyAfter(session.agentId),
    placements: new Map(placed.map((placement) => [speakerKey(placement.row), placement])),
  };
}

/** Every key to which something of the session goes. */
export function targetsOf({ home, placements }: Assignment): string[] {
  return home === null ? [...new Set([...placements.values()].map(({ target }) => target))] : [home];
}

/** The target that gets most of what was said; where it is even, the first by name. */
export function mainTarget(assignment: Assignment): string {
  if (assignment.home !== null) return assignment.home;
  const counts = new Map<string, number>();
  for (const { target, row } of assignment.placements.values()) counts.set(target, (counts.get(target) ?? 0) + row.messages);
  const [most] = [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return most?.[0] ?? assignment.key;
}
