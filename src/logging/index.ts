export { createLog } from "./log.ts";
export type { Log, LogDestination, LogLevel, LogOptions, LogScreen } from "./log.ts";
