import { isOperatorChannel, sameAddress, type Address } from "../../domain/address.ts";
import { describeAudience } from "../../routing/audience.ts";
import { oneLine } from "../../routing/explain.ts";
import type { OutboxRow, TurnRow } from "../../store/tables.ts";

export type ReplyFacts =
  /** No turn has taken it: `waiting` for one, or answered at once. */
  | { readonly kind: "none"; readonly waiting: boolean }
  | {
      readonly kind: "turn";
      /** Where the message came from. */
      readonly from: Address;
      readonly to: Address;
      readonly audience: string;
      readonly turn: Pick<TurnRow, "state" | "error">;
      readonly deliveries: readonly Pick<OutboxRow, "state" | "attempts" | "error" | "settled_at">[];
    }
  /** Where a reply would go. */
  | { readonly kind: "asked"; readonly from: Address; readonly to: Address; readonly audience: string };

export interface ReplyWhy {
  readonly address: Address;
  readonly audience: string;
  /** It goes elsewhere than the message came from, because its person docked there (A10). */
  readonly docked: boolean;
  /** Why it waits for the owner's word (law 5). */
  readonly held: string | null;
  /** Of the delivery, or of the turn where there is none; null for a message that nobody wrote. */
  readonly state: string | null;
  readonly words: string;
}

export function placeWords({ channel, account, chat, thread }: Address): string {
  const at = account === "" || account === "default" ? "" : `/${account}`;
  return oneLine(`${channel}${at}:${chat}${thread === null ? "" : `, thread ${thread}`}`);
}

function settled(at: number | null): string {
  return at === null ? "" : ` (${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC)`;
}

type TurnFacts = Extract<ReplyFacts, { kind: "turn" }>;

function deliveryWords(delivery: TurnFacts["deliveries"][number]): string {
  const { state, attempts, error } = delivery;
  const because = error === null ? "" : `: ${oneLine(error)}`;
  switch (state) {
    case "pending":
      return attempts === 0 ? "It waits to be sent." : `It was tried ${attempts} time${attempts === 1 ? "" : "s"} and is tried again${because}.`;
    case "sending":
      return "It is being sent.";
    case "sent":
      return `It was sent${settled(delivery.settled_at)}.`;
    case "failed":
      return `It could not be sent${because}.`;
    case "held":
      return `It is held until the owner lets it go${error === null ? "" : `: ${oneLine(error)}`}.`;
    case "unknown":
      return "The process ended between the platform's call and its answer, so it may have arrived or not; it is not sent twice.";
    default:
      return `Its state is ${state}${because}.`;
  }
}

function turnWords({ to, turn, deliveries }: TurnFacts): string {
  const last = deliveries.at(-1);
  if (last !== undefined) return deliveryWords(last);
  if (turn.state === "running") return "The turn is running; the reply comes when it ends.";
  const because = turn.error === null ? "" : ` (${oneLine(turn.error)})`;
  if (turn.state !== "committed") return `The turn ended as "${turn.state}"${because}, and nothing was sent.`;
  return isOperatorChannel(to.channel) ? "Clients of the operator read it from the conversation itself, so nothing had to be sent." : "There was nothing to send.";
}

/** Where the reply went or goes, and what became of it (A9, A10, law 5); null where there is none to speak of. Pure. */
export function explainReply(facts: ReplyFacts): ReplyWhy | null {
  if (facts.kind === "none") return null;
  const { from, to, audience } = facts;
  const docked = !sameAddress(from, to);
  const readers = describeAudience(audience);
  const where = docked ? `to ${placeWords(to)}, where its person has docked, and not to ${placeWords(from)}` : `back to where the message came from, ${placeWords(to)}`;
  if (facts.kind === "asked") {
    return { address: to, audience, docked, held: null, state: null, words: `The reply would go ${where}; it is read there by ${oneLine(readers)}.` };
  }
  const last = facts.deliveries.at(-1);
  const words = `The reply goes ${where}; it is read there by ${oneLine(readers)}. ${turnWords(facts)}`;
  return { address: to, audience, docked, held: last?.state === "held" ? last.error : null, state: last?.state ?? facts.turn.state, words };
}
