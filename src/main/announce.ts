import type { TurnEvent } from "../domain/turn.ts";
import type { Gateway } from "../gateway/index.ts";
import { isScratchKey } from "../sessions/scratch.ts";
import type { House } from "./house.ts";

type Delta = Extract<TurnEvent, { kind: "delta" }>;
type Publication = Parameters<Gateway["publish"]>;

/** What a growing answer says meanwhile is told to other gateways at most this often. */
const DELTA_EVERY_MS = 100;

const TURN = "turn";
const SESSION = "session";
const PUBLISH = "publish";

interface SessionTold {
  readonly key: string;
  readonly reason: string;
  /** A conversation of it, not always the current one, that says something else than it did. */
  readonly sessionId?: string;
}

function showTurn({ listeners, doors }: House, event: TurnEvent): void {
  for (const listener of listeners) listener(event);
  if (isScratchKey(event.sessionKey)) return;
  doors.gateway?.onTurnEvent(event);
  doors.mirror?.onTurnEvent(event);
  doors.changes?.onTurnEvent(event);
}

function showSession({ doors }: House, { key, reason, sessionId }: SessionTold): void {
  doors.changes?.changed(key, reason);
  doors.mirror?.changed(key);
  if (sessionId !== undefined) doors.mirror?.moved([{ key, sessionId }]);
}

/** Every turn's events, to whoever looks on, here or at another gateway; scratch sessions are nobody's business. */
export function announceTurns(house: House): (event: TurnEvent) => void {
  const { bus } = house.cluster;
  const growing = new Map<string, Delta>();

  const tellGrown = (turnId: string): void => {
    const event = growing.get(turnId);
    growing.delete(turnId);
    if (event) bus.whisper(TURN, event);
  };
  const grow = (event: Delta): void => {
    const before = growing.get(event.turnId);
    growing.set(event.turnId, before ? { ...event, delta: before.delta + event.delta } : event);
    if (!before) setTimeout(() => tellGrown(event.turnId), DELTA_EVERY_MS).unref();
  };

  return (event) => {
    showTurn(house, event);
    if (isScratchKey(event.sessionKey) || !house.cluster.hasOthers()) return;
    if (event.kind === "delta") return grow(event);
    tellGrown(event.turnId);
    bus.tell(TURN, event);
  };
}

/** What is kept nowhere is shown to the clients that are connected here, and told to nobody else. */
export function showHere({ doors }: House, event: TurnEvent): void {
  doors.gateway?.onTurnEvent(event);
}

/** A session changed, other than by a turn. */
export function announceSession(house: House, key: string, reason: string): void {
  showSession(house, { key, reason });
  house.cluster.bus.tell(SESSION, { key, reason } satisfies SessionTold);
}

/** Somebody changed what they had said in a conversation. */
export function announceAmend(house: House, key: string, sessionId: string): void {
  const told: SessionTold = { key, reason: "amended", sessionId };
  showSession(house, told);
  house.cluster.bus.tell(SESSION, told);
}

/** Something for all clients, of whichever gateway. */
export function publish(house: House, ...[event, payload]: Publication): void {
  house.doors.gateway?.publish(event, payload);
  house.cluster.bus.tell(PUBLISH, { event, payload });
}

/** What happens at other gateways is shown here too. */
export function hearOthers(house: House): void {
  const { bus } = house.cluster;
  bus.on(TURN, (body) => showTurn(house, body as TurnEvent));
  bus.on(SESSION, (body) => showSession(house, body as SessionTold));
  bus.on(PUBLISH, (body) => {
    const { event, payload } = body as { event: Publication[0]; payload: Publication[1] };
    house.doors.gateway?.publish(event, payload);
  });
}
