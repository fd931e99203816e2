import type { TurnEvent } from "../domain/turn.ts";

type TurnEnd = Extract<TurnEvent, { readonly kind: "committed" | "aborted" | "failed" }>;

/** Whether a turn is over; a message that was dropped from its queue ends too, but not the turn that found it there. */
export function endsTurn(event: TurnEvent): event is TurnEnd {
  if (event.kind === "aborted") return event.reason !== "TURN_DROPPED";
  return event.kind === "committed" || event.kind === "failed";
}
