import type { InboundMessage } from "../../domain/message.ts";
import type { Admitted, Dropped, ResetType, Route } from "../../domain/route.ts";
import type { ResetPolicy } from "../../sessions/reset.ts";

/** The settings in force, as far as an explanation asks them. */
export interface ExplainSettings {
  admit(message: InboundMessage): Admitted | Dropped;
  route(message: InboundMessage): Route;
  resetPolicy(type: ResetType, channel: string): ResetPolicy;
}
