import type { Clock } from "../../domain/clock.ts";
import type { Turn } from "../../domain/turn.ts";
import type { Store } from "../../store/store.ts";
import { answerDock, answerUndock, type DockParts } from "./dock.ts";
import type { Errand } from "./index.ts";
import { answerLink, answerUnlink, type LinkParts } from "./link.ts";
import { askerOf } from "./party.ts";
import { answerQueue, type QueueCommandParts } from "./queue.ts";

export interface ErrandParts extends LinkParts, DockParts, QueueCommandParts {
  readonly store: Store;
  readonly clock: Clock;
  /** In words, why the message before this one went where it went. */
  explainLast(turn: Turn): Promise<string>;
  /** Something may have been agreed on that is to be done once this turn is over. */
  onAgreement(): void;
  wakeOutbox(): void;
}

/** Does what a chat command asks for, and answers what to say. */
export async function runErrand(parts: ErrandParts, errand: Errand, turn: Turn): Promise<string> {
  const now = parts.clock.now();
  const who = askerOf(turn);
  switch (errand.name) {
    case "why":
      return parts.explainLast(turn);
    case "dock":
      return parts.store.transaction((tx) => answerDock(parts, tx, turn, errand.rest.toLowerCase(), now));
    case "undock":
      return parts.store.transaction((tx) => answerUndock(tx, turn));
    case "queue":
      return parts.store.transaction((tx) => answerQueue(parts, tx, turn, errand.rest), turn.sessionKey);
    case "link":
    case "unlink": {
      if (who === null) return "Nobody is known to have said this.";
      const text = await parts.store.transaction((tx) => (errand.name === "link" ? answerLink(parts, tx, who, errand.rest, now) : answerUnlink(tx, who, now)));
      parts.onAgreement();
      parts.wakeOutbox();
      return text;
    }
  }
}
