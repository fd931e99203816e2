import type { Delivery } from "./delivery.ts";
import type { DropReason } from "./entry.ts";
import type { Turn } from "./turn.ts";

/** A named step of a message's way, in order, and what passes there: where it is measured, and where tests kill a gateway. */
export type Sight =
  | [point: "received"]
  | [point: "accepted"]
  | [point: "claimed", turn: Turn]
  /** One of the messages that it found is kept and gets no answer: the queue's cap, or a newer message. */
  | [point: "unanswered", turn: Turn, reason: DropReason]
  /** A day's budget is used up: no model is asked. */
  | [point: "over-budget", turn: Turn]
  /** A model is about to be asked; `request` is the very object that its provider gets. */
  | [point: "asking", turn: Turn, request: object]
  | [point: "streaming", turn: Turn]
  | [point: "before-commit", turn: Turn]
  | [point: "committed", turn: Turn]
  /** Its commit was refused: somebody else has taken it over. */
  | [point: "fenced", turn: Turn]
  /** This process is done with it, however it ended. */
  | [point: "over", turn: Turn]
  | [point: "sending", delivery: Delivery]
  | [point: "before-send", delivery: Delivery]
  | [point: "after-send", delivery: Delivery]
  | [point: "delivered", delivery: Delivery]
  | [point: "undelivered", delivery: Delivery, again: boolean];

export type ProbePoint = Sight[0];

type Taking<S> = S extends unknown[] ? (take: (...sight: S) => void) => void : never;

/** Called with any `Sight`, spread; whoever cares for the point alone takes just that. */
export type Probe = Taking<Sight> extends (take: infer Each) => void ? Each : never;

export const noProbe: Probe = () => undefined;

/** Every one of them sees what passes. */
export function allProbes(probes: readonly Probe[]): Probe {
  return (...sight: Sight) => {
    for (const probe of probes) (probe as (...passing: Sight) => void)(...sight);
  };
}
