/** The face of this room, and the package's entry `continuo/routing`. */
export type { Route, RouteWhy, WhyRule, MatchedBy, DmScope, ResetType } from "../domain/route.ts";
export { compileRouting, type CompiledRouting } from "./compile.ts";
export type { RoutingMessage } from "./message.ts";
export { replayRoute, resolveRoute } from "./resolve.ts";
export type { RoutingSource } from "./source.ts";
