import type { Delivery } from "../domain/delivery.ts";
import type { InboundMessage, ReceiveOutcome } from "../domain/message.ts";
import type { Probe, Sight } from "../domain/probe.ts";
import type { Turn, TurnEvent } from "../domain/turn.ts";
import type { Usage } from "../domain/usage.ts";
import type { Journeys, Origin } from "./journeys.ts";
import { endsTurn } from "./turn-end.ts";
import { ROOT_KEY, sessionHash, type FinishedSpan, type SpanWriter, type Stretch } from "./span-writer.ts";

/** ms since the Unix epoch, with fractions. */
type Stamp = () => number;

/** What a message passed before it was known which run it is. */
export interface Trip {
  readonly rooms: Map<"people" | "admission" | "routing", Stretch>;
  readonly start: number;
}

export interface Traces {
  begin(): Trip;
  arrived(trip: Trip, message: InboundMessage, outcome: ReceiveOutcome): void;
  readonly probe: Probe;
  onTurnEvent(event: TurnEvent): void;
  /** A model has ended; `request` is what it was asked. */
  modelEnded(request: object, ref: string, outcome: string, asked: Stretch, usage: Usage | null): void;
  now(): number;
}

interface Request extends Stretch {
  readonly ref: string;
  readonly outcome: string;
  readonly usage: Usage | null;
}

interface RunningTurn {
  turn: Turn;
  readonly claimed: number;
  asked: number | null;
  firstToken: number | null;
  decided: number | null;
  committed: number | null;
  outcome: string;
  readonly requests: Request[];
}

function turnKey(turnId: string, attempt: number): string {
  return `turn ${turnId} ${attempt}`;
}

type Part = Pick<FinishedSpan, "name" | "start" | "end"> & Partial<FinishedSpan>;

function spanIn(runId: string, parent: string | null, part: Part): FinishedSpan {
  return { key: null, kind: "internal", attributes: {}, failed: false, ...part, runId, parent };
}

/** Channel, admission, routing and inbox of a message that was accepted; what was not has no run, and no trace. */
function arrivalSpans({ rooms, start }: Trip, message: InboundMessage, outcome: ReceiveOutcome, end: number): FinishedSpan[] {
  if (outcome.kind !== "accepted") return [];
  const { runId, sessionKey } = outcome;
  const { channel } = message.address;
  const attributes = { "continuo.room": "channels", "continuo.channel": channel, "continuo.chat_kind": message.chatKind, "continuo.session": sessionHash(sessionKey) };
  const routed = rooms.get("routing")?.end ?? start;
  return [
    spanIn(runId, null, { key: ROOT_KEY, name: `channels/${channel}`, kind: "consumer", start, end, attributes }),
    ...[...rooms].map(([room, stretch]) => spanIn(runId, ROOT_KEY, { name: room, ...stretch, attributes: { "continuo.room": room } })),
    spanIn(runId, ROOT_KEY, { name: "inbox", start: routed, end, attributes: { "continuo.room": "inbox" } }),
  ];
}

function usageAttributes(usage: Usage | null) {
  // What the provider did not say is left out.
  return { "gen_ai.usage.input_tokens": usage?.input ?? undefined, "gen_ai.usage.output_tokens": usage?.output ?? undefined };
}

function requestSpan(runId: string, parent: string, { ref, outcome, usage, start, end }: Request): FinishedSpan {
  const attributes = { "continuo.room": "agent", "gen_ai.request.model": ref, "continuo.outcome": outcome, ...usageAttributes(usage) };
  return spanIn(runId, parent, { name: "model request", kind: "client", start, end, attributes, failed: outcome !== "answered" && outcome !== "stopped" });
}

function turnSpans(running: RunningTurn, end: number): FinishedSpan[] {
  const { turn, claimed, asked, decided, committed, firstToken, outcome, requests } = running;
  const { runId } = turn;
  const key = turnKey(turn.id, turn.attempt);
  const others = [...new Set(turn.items.map((item) => item.runId))].filter((one) => one !== runId);
  const failed = outcome === "failed" || outcome === "fenced";
  const attributes = { "continuo.room": "turns", "continuo.outcome": outcome, "continuo.attempt": turn.attempt, "continuo.messages": turn.items.length, "continuo.session": sessionHash(turn.sessionKey) };
  const whole = { name: "turns", start: claimed, end, attributes, failed };
  const agentKey = `agent ${key}`;
  const agent = { "continuo.room": "agent", ...(firstToken === null || asked === null ? {} : { "continuo.first_token_ms": Math.round(firstToken - asked) }) };
  return [
    spanIn(runId, ROOT_KEY, { ...whole, key, linked: others }),
    // What was collected into this turn has its answer in the first one's trace: a link leads there.
    ...others.map((other) => spanIn(other, ROOT_KEY, { ...whole, attributes: { ...attributes, "continuo.collected": true }, linked: [runId] })),
    ...(asked === null ? [] : [spanIn(runId, key, { key: agentKey, name: "agent", start: asked, end: decided ?? end, attributes: agent })]),
    ...requests.map((request) => requestSpan(runId, agentKey, request)),
    ...(decided === null ? [] : [spanIn(runId, key, { name: "commit", start: decided, end: committed ?? end, attributes: { "continuo.room": "turns" }, failed: committed === null })]),
  ];
}

interface Sending {
  readonly begun: number;
  readonly parts: Stretch[];
  open: number | null;
}

function deliverySpans(delivery: Delivery, { runId, turnId, attempt }: Origin, { parts, open, begun }: Sending, end: number, outcome: string): FinishedSpan[] {
  const { channel } = delivery.address;
  const key = `delivery ${delivery.id} ${delivery.attempts}`;
  const failed = outcome !== "sent";
  const attributes = { "continuo.room": "outbox", "continuo.channel": channel, "continuo.outcome": outcome, "continuo.attempt": delivery.attempts + 1 };
  const sends = [...parts, ...(open === null ? [] : [{ start: open, end }])];
  return [
    spanIn(runId, turnKey(turnId, attempt), { key, name: "outbox", start: Math.min(delivery.dueAt, begun), end, attributes, failed }),
    ...sends.map((send, index) =>
      spanIn(runId, key, { name: `channels/${channel}/send`, kind: "client", ...send, attributes: { "continuo.room": "channels", "continuo.channel": channel, "continuo.part": index }, failed: failed && index === sends.length - 1 }),
    ),
  ];
}

/** A turn's spans are written when this process is done with it: what a kill takes along, the next holder's attempt shows. */
function turnTraces(write: (spans: readonly FinishedSpan[]) => void, now: Stamp) {
  const turns = new Map<string, RunningTurn>();
  const requests = new WeakMap<object, RunningTurn>();
  return {
    claimed: (turn: Turn) => void turns.set(turn.id, { turn, claimed: now(), asked: null, firstToken: null, decided: null, committed: null, outcome: "unfinished", requests: [] }),
    passes(point: "asking" | "streaming" | "before-commit" | "committed", turn: Turn, request: object | null): void {
      const running = turns.get(turn.id);
      if (running === undefined) return;
      // Messages may have joined it since it was claimed.
      running.turn = turn;
      if (point === "asking") running.asked ??= now();
      else if (point === "streaming") running.firstToken ??= now();
      else if (point === "before-commit") running.decided = now();
      else if (point === "committed") running.committed = now();
      if (request !== null) requests.set(request, running);
    },
    over(turn: Turn): void {
      const running = turns.get(turn.id);
      turns.delete(turn.id);
      if (running !== undefined) write(turnSpans(running, now()));
    },
    ended(turnId: string, outcome: string): void {
      const running = turns.get(turnId);
      if (running !== undefined) running.outcome = outcome;
    },
    modelEnded: (request: object, ended: Request) => void requests.get(request)?.requests.push(ended),
  };
}

function deliveryTraces(write: (spans: readonly FinishedSpan[]) => void, journeys: Journeys, now: Stamp) {
  const sends = new Map<string, Sending>();
  return {
    begun: (delivery: Delivery) => void sends.set(delivery.id, { begun: now(), parts: [], open: null }),
    before(delivery: Delivery): void {
      const sending = sends.get(delivery.id);
      if (sending !== undefined) sending.open = now();
    },
    after(delivery: Delivery): void {
      const sending = sends.get(delivery.id);
      if (sending === undefined || sending.open === null) return;
      sending.parts.push({ start: sending.open, end: now() });
      sending.open = null;
    },
    settled(delivery: Delivery, outcome: string): void {
      const sending = sends.get(delivery.id);
      sends.delete(delivery.id);
      if (sending === undefined || delivery.turnId === null) return;
      const end = now();
      // A reply whose origin cannot be read is sent all the same; its trace ends earlier.
      void journeys.find(delivery.turnId).then((origin) => origin && write(deliverySpans(delivery, origin, sending, end, outcome)), () => undefined);
    },
  };
}

/** One trace for each message, written room by room as it passes (docs/observability.md). */
export function createTraces(writer: SpanWriter, journeys: Journeys, now: Stamp): Traces {
  const write = (spans: readonly FinishedSpan[]): void => spans.forEach((span) => writer.write(span));
  const turns = turnTraces(write, now);
  const deliveries = deliveryTraces(write, journeys, now);
  return {
    now,
    begin: () => ({ rooms: new Map(), start: now() }),
    arrived: (trip, message, outcome) => write(arrivalSpans(trip, message, outcome, now())),
    onTurnEvent(event) {
      if (endsTurn(event)) turns.ended(event.turnId, event.kind);
    },
    modelEnded: (request, ref, outcome, asked, usage) => turns.modelEnded(request, { ref, outcome, usage, ...asked }),
    probe: (...sight: Sight) => {
      switch (sight[0]) {
        case "claimed":
          return turns.claimed(sight[1]);
        case "asking":
          return turns.passes(sight[0], sight[1], sight[2]);
        case "streaming":
        case "before-commit":
        case "committed":
          return turns.passes(sight[0], sight[1], null);
        case "fenced":
          return turns.ended(sight[1].id, "fenced");
        case "over":
          return turns.over(sight[1]);
        case "sending":
          return deliveries.begun(sight[1]);
        case "before-send":
          return deliveries.before(sight[1]);
        case "after-send":
          return deliveries.after(sight[1]);
        case "delivered":
          return deliveries.settled(sight[1], "sent");
        case "undelivered":
          return deliveries.settled(sight[1], sight[2] ? "retry" : "failed");
        default:
      }
    },
  };
}
