export { createGateway } from "./gateway.ts";
export type { Gateway, SessionChange, Shutdown } from "./gateway.ts";
export type { Listening } from "./listen.ts";
export type { CommandReply } from "./turn-events.ts";
export type {
  AccessSettings,
  AuthSettings,
  DevicePairing,
  GatewayLog,
  GatewayOptions,
  GatewaySettings,
  GatewaySnapshot,
  GatewayWorld,
  Readiness,
  SessionDefaults,
} from "./options.ts";
