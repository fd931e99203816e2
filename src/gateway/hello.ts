import type { Admitted } from "./admission.ts";
import { holds } from "./connections.ts";
import type { AuthSettings, GatewaySnapshot, Limits } from "./options.ts";

/** Every event that a client may receive (spec 11.4, docs/protocol.md). */
export const EVENTS = ["connect.challenge", "chat", "agent", "tick", "sessions.changed", "health", "presence", "shutdown", "notice", "cron", "people.changed", "changes.progress", "store.progress", "moving.progress", "rights.progress"] as const;

export interface House {
  readonly version: string;
  readonly methods: readonly string[];
  readonly limits: Limits;
  readonly uptimeMs: number;
  readonly now: number;
  readonly auth: AuthSettings;
  readonly snapshot: GatewaySnapshot;
}

/** `hello-ok`, complete for protocols 3 and 4 (spec 11.1). Paths are shown to administrators only. */
export function helloOk(client: Admitted, connId: string, house: House): object {
  const { snapshot, limits } = house;
  const paths = holds(client.scopes, "admin") ? { configPath: snapshot.configPath, stateDir: snapshot.stateDir } : {};
  const token = client.deviceToken === null ? {} : { deviceToken: client.deviceToken, issuedAtMs: house.now };
  return {
    type: "hello-ok",
    protocol: client.protocol,
    server: { version: house.version, connId },
    features: { methods: house.methods, events: EVENTS },
    snapshot: {
      presence: snapshot.presence ?? [],
      health: snapshot.health,
      stateVersion: { presence: 0, health: 0 },
      uptimeMs: house.uptimeMs,
      ...paths,
      sessionDefaults: snapshot.sessionDefaults,
      authMode: house.auth.mode,
    },
    auth: { role: "operator", scopes: client.scopes, ...token },
    policy: { maxPayload: limits.maxPayload, maxBufferedBytes: limits.maxBufferedBytes, tickIntervalMs: limits.tickIntervalMs },
  };
}
