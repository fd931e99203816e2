import type { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Operation } from "../operations/operation.ts";

/** The wire versions spoken here, newest first (spec 11.1). */
export const PROTOCOLS = [4, 3] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface AuthSettings {
  readonly mode: "none" | "token" | "password";
  readonly token: string | null;
  readonly password: string | null;
}

export interface GatewaySettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly auth: AuthSettings;
  /** Origins besides our own whose pages may connect: `https://gw.example.net`, or `*`. */
  readonly allowedOrigins: readonly string[];
  /** Serve the web page; unset means yes. */
  readonly page?: boolean;
  /** How long a socket may stay without a valid `connect`, ms. */
  readonly handshakeTimeoutMs: number;
  readonly tickIntervalMs?: number;
  readonly maxPayload?: number;
  readonly maxBufferedBytes?: number;
}

/** Settings with every default filled in. */
export type Limits = Required<Pick<GatewaySettings, "handshakeTimeoutMs" | "tickIntervalMs" | "maxPayload" | "maxBufferedBytes">>;

export function limitsOf(settings: GatewaySettings): Limits {
  return {
    handshakeTimeoutMs: settings.handshakeTimeoutMs,
    tickIntervalMs: settings.tickIntervalMs ?? 30_000,
    maxPayload: settings.maxPayload ?? 26_214_400,
    maxBufferedBytes: settings.maxBufferedBytes ?? 52_428_800,
  };
}

/** What may change while the gateway runs. */
export interface AccessSettings {
  readonly auth: AuthSettings;
  readonly allowedOrigins: readonly string[];
}

export interface SessionDefaults {
  readonly defaultAgentId: string;
  readonly mainKey: string;
  readonly mainSessionKey: string;
  readonly scope: string;
}

/** What a client is told about the house when it connects (spec 11.1, hello-ok). */
export interface GatewaySnapshot {
  readonly health: object;
  readonly sessionDefaults: SessionDefaults;
  readonly configPath: string;
  readonly stateDir: string;
  readonly presence?: readonly object[];
}

export interface Readiness {
  readonly ready: boolean;
  /** Names of what is not ready. */
  readonly failing: readonly string[];
}

/** The part of a pino logger that the gateway uses. */
export interface GatewayLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface PairingRequest {
  readonly deviceId: string;
  readonly clientName: string;
  readonly platform: string;
}

/** Approval of devices that come from another machine. Without it the shared secret alone lets them in. */
export interface DevicePairing {
  isPaired(deviceId: string): boolean;
  /** Records that the device asks; returns the id of the request that the operator approves. */
  request(request: PairingRequest): string;
}

/** What reaches the gateway from outside the house. */
export interface GatewayWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: GatewayLog;
}

/** A file that was sent with a message which the asker may read; null for every other, and for what is not kept. */
export type ReadMedia = (ref: string) => Promise<{ readonly bytes: Uint8Array; readonly type: string } | null>;

export type GatewayOptions<Services> = {
  readonly settings: GatewaySettings;
  readonly operations: readonly Operation<z.ZodType, unknown, Services>[];
  readonly services: Services;
  snapshot(): GatewaySnapshot;
  ready(): Readiness;
  /** The folder that the page was built into. */
  readonly uiDir: string;
  readonly version: string;
  /** Signs device tokens; kept by the caller so that they outlive a restart. */
  readonly secret: string;
  /** Answers `/metrics`; absent: there is none. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** Answers `/media/<ref>`; absent: there is none. */
  readonly readMedia?: ReadMedia;
  readonly world: GatewayWorld;
  readonly pairing?: DevicePairing;
  /** The whole key of one that a client typed (spec 2.2). Without it `main` and bare words of the default agent are known. */
  resolveKey?(typed: string): string;
};
