/**
 * The way of every message, as the tables have it: which states there are, and which statement leads from one to another
 * (docs/reliability.md). test/line/journey.test.ts walks a real database through all of it, and finds no other step.
 */
const ITEM_STATES = ["queued", "claimed", "done", "dropped", "failed", "withdrawn"] as const;
const TURN_STATES = ["running", "committed", "aborted", "failed"] as const;
const DELIVERY_STATES = ["pending", "sending", "sent", "failed", "held", "unknown"] as const;

/** An accepted message. */
export type ItemState = (typeof ITEM_STATES)[number];
export type TurnState = (typeof TURN_STATES)[number];
/** `unknown`: the process died between the platform call and its answer; it is shown, never hidden (law 2). */
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** From null it is new, to null it is removed. Several statements may lead the same way. */
export interface Move<State> {
  readonly from: State | null;
  readonly to: State | null;
  /** Files of src/store/statements, without their ending. */
  readonly by: readonly string[];
}

interface Journey {
  readonly inbox: readonly Move<ItemState>[];
  readonly turns: readonly Move<TurnState>[];
  readonly outbox: readonly Move<DeliveryState>[];
}

export const JOURNEY: Journey = {
  inbox: [
    { from: null, to: "queued", by: ["insert-inbox-item"] },
    // What is answered on the spot: `/stop`.
    { from: null, to: "done", by: ["insert-inbox-item"] },
    { from: "queued", to: "claimed", by: ["claim-queued-items"] },
    { from: "queued", to: "failed", by: ["fail-item"] },
    { from: "queued", to: "withdrawn", by: ["withdraw-item"] },
    { from: "queued", to: "dropped", by: ["settle-dropped-items"] },
    { from: "claimed", to: "done", by: ["finish-claimed-items"] },
    { from: "claimed", to: "failed", by: ["fail-item"] },
    { from: "done", to: null, by: ["prune-items"] },
    { from: "dropped", to: null, by: ["prune-items"] },
    { from: "failed", to: null, by: ["prune-items"] },
    { from: "withdrawn", to: null, by: ["prune-items"] },
  ],
  turns: [
    { from: null, to: "running", by: ["insert-turn"] },
    // Another holder, or nobody for the moment: the lease changes hands, and the fence with it.
    { from: "running", to: "running", by: ["take-over-turn", "release-turn"] },
    { from: "running", to: "committed", by: ["finish-turn"] },
    { from: "running", to: "aborted", by: ["finish-turn"] },
    { from: "running", to: "failed", by: ["finish-turn"] },
  ],
  outbox: [
    { from: null, to: "pending", by: ["insert-delivery"] },
    { from: null, to: "held", by: ["insert-delivery"] },
    { from: "pending", to: "sending", by: ["begin-delivery"] },
    { from: "pending", to: "held", by: ["hold-delivery"] },
    // One part of several is there.
    { from: "sending", to: "sending", by: ["advance-delivery"] },
    { from: "sending", to: "sent", by: ["advance-delivery"] },
    { from: "sending", to: "pending", by: ["postpone-delivery", "requeue-interrupted-edits", "requeue-interrupted-deliveries", "settle-interrupted-deliveries", "take-back-delivery"] },
    { from: "sending", to: "failed", by: ["postpone-delivery"] },
    { from: "sending", to: "unknown", by: ["settle-interrupted-deliveries"] },
    { from: "held", to: "pending", by: ["release-delivery"] },
    { from: "held", to: "failed", by: ["drop-delivery"] },
    { from: "unknown", to: "pending", by: ["release-delivery", "take-back-delivery"] },
    { from: "unknown", to: "failed", by: ["drop-delivery"] },
  ],
};
