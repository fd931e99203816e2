import type { Agents } from "../agent/settings.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { QueuePolicy } from "../domain/queue.ts";
import type { ResetType } from "../domain/route.ts";
import type { Session, SessionChoices } from "../domain/session.ts";
import type { ResetPolicy } from "../sessions/reset.ts";
import type { BudgetSettings } from "./budget.ts";
import type { Places } from "./slots.ts";

export type SendingSession = Pick<Session, "key" | "channel" | "chatKind">;

/** The configuration as turns need it; read anew for each, so that a reload takes effect at once. */
export interface TurnSettings extends BudgetSettings {
  agents(): Agents;
  resetPolicy(type: ResetType, channel: string): ResetPolicy;
  /** How what arrives during a turn queues, as configured for a channel (spec 12.2). */
  queue(channel: string): QueuePolicy;
  /** How many turns may run at once in this gateway. */
  concurrency(): Places;
  /** How often a message may take its process down, or keep its session from going on, before it is given up. */
  maxAttempts(): number;
  /** Who reads at a message's place, as the people are known now (law 5). */
  audience(message: InboundMessage): string;
  /** Whether a channel's account is there to send to. */
  canReach(channel: string, account: string): boolean;
  /** Whether a session's messages are answered (spec 5.6): as it chose, else as configured. */
  mayAnswer(session: SendingSession, choices: SessionChoices): boolean;
  /** The marker that a sender's words carry while the self-test runs (docs/audience.md); null while it does not. */
  canary(message: InboundMessage): string | null;
}
