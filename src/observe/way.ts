import { isOperatorChannel } from "../domain/address.ts";
import type { Delivery } from "../domain/delivery.ts";
import type { Probe, Sight } from "../domain/probe.ts";
import type { Turn } from "../domain/turn.ts";
import type { Journeys } from "./journeys.ts";
import type { Recorder } from "./recorder.ts";

/** Where a running turn is, ms of `elapsed`; null where it has not come yet. */
interface Place {
  readonly claimed: number;
  firstToken: number | null;
  decided: number | null;
}

/** When the oldest message of a turn was accepted. */
export function acceptedAt(turn: Turn): number {
  return turn.items.reduce((oldest, item) => Math.min(oldest, item.acceptedAt), turn.startedAt);
}

/** The stages of the turns that run here. */
function turnStages({ line, time }: Recorder, journeys: Journeys) {
  const turns = new Map<string, Place>();
  const streaming = (place: Place): void => {
    if (place.firstToken !== null) return;
    place.firstToken = time.elapsed();
    line.stage("first_token", place.firstToken - place.claimed);
  };
  const decided = (place: Place): void => {
    place.decided = time.elapsed();
    if (place.firstToken !== null) line.stage("answer", place.decided - place.firstToken);
  };
  const committed = (turn: Turn, place: Place): void => {
    if (place.decided !== null) line.stage("commit", time.elapsed() - place.decided);
    // Clients of the gateway read the transcript: for them the commit is the delivery.
    if (isOperatorChannel(turn.reply.address.channel)) line.stage("journey", time.now() - acceptedAt(turn));
  };
  return {
    claimed(turn: Turn): void {
      turns.set(turn.id, { claimed: time.elapsed(), firstToken: null, decided: null });
      const accepted = acceptedAt(turn);
      journeys.begin({ turnId: turn.id, runId: turn.runId, sessionKey: turn.sessionKey, acceptedAt: accepted, attempt: turn.attempt });
      if (turn.fence > 1) line.leaseMoved();
      else line.stage("wait", time.now() - accepted);
    },
    passes(point: "streaming" | "before-commit" | "committed", turn: Turn): void {
      const place = turns.get(turn.id);
      if (place === undefined) return;
      if (point === "streaming") streaming(place);
      else if (point === "before-commit") decided(place);
      else committed(turn, place);
    },
    over: (turn: Turn) => void turns.delete(turn.id),
  };
}

/** The stages of the replies that are sent from here. */
function sendStages({ line, time }: Recorder, journeys: Journeys) {
  const sends = new Map<string, number>();
  return {
    begun(delivery: Delivery): void {
      sends.set(delivery.id, time.elapsed());
      // A retry waits because the platform failed, which is counted as such. One that was held is due since the owner's word.
      if (delivery.attempts === 0) line.stage("outbox", time.now() - delivery.dueAt);
    },
    settled(delivery: Delivery, outcome: "sent" | "retry" | "failed"): void {
      const began = sends.get(delivery.id);
      sends.delete(delivery.id);
      line.sent(delivery.address.channel, outcome);
      if (outcome !== "sent") return;
      const arrived = time.now();
      if (began !== undefined) line.stage("send", time.elapsed() - began);
      if (delivery.turnId === null) return;
      // A reply whose origin cannot be read is sent all the same; it is one figure less.
      void journeys.find(delivery.turnId).then((origin) => origin && line.stage("journey", arrived - origin.acceptedAt), () => undefined);
    },
  };
}

/** Measures the stages of a message's way as it passes by (docs/observability.md). */
export function measureWay(recorder: Recorder, journeys: Journeys): Probe {
  const turns = turnStages(recorder, journeys);
  const sends = sendStages(recorder, journeys);
  return (...sight: Sight) => {
    switch (sight[0]) {
      case "claimed":
        return turns.claimed(sight[1]);
      case "streaming":
      case "before-commit":
      case "committed":
        return turns.passes(sight[0], sight[1]);
      case "over":
        return turns.over(sight[1]);
      case "unanswered":
        return recorder.line.unanswered(sight[2]);
      case "over-budget":
        return recorder.line.overBudget();
      case "fenced":
        return recorder.line.fenceRefused();
      case "sending":
        return sends.begun(sight[1]);
      case "delivered":
        return sends.settled(sight[1], "sent");
      case "undelivered":
        return sends.settled(sight[1], sight[2] ? "retry" : "failed");
      default:
    }
  };
}
