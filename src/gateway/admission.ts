import type { Clock } from "../domain/clock.ts";
import type { Caller } from "../operations/operation.ts";
import type { ConnectParams } from "./connect-params.ts";
import { checkDevice } from "./device.ts";
import type { DeviceCheck } from "./device.ts";
import type { FailureLimit } from "./failures.ts";
import { PROTOCOLS } from "./options.ts";
import type { AuthSettings, DevicePairing, Protocol } from "./options.ts";
import type { Peer } from "./origin.ts";
import { deviceTokenFor, sameSecret, sharedSecret } from "./secrets.ts";
import type { WireError } from "./wire-errors.ts";

export interface Admitted {
  readonly kind: "admitted";
  readonly protocol: Protocol;
  readonly scopes: readonly string[];
  readonly deviceToken: string | null;
  readonly channel: Caller["channel"];
  readonly clientName: string;
  /** Of a page; a terminal's says more of its computer than of its reader. */
  readonly locale: string | null;
}

export interface Refused {
  readonly kind: "refused";
  readonly error: WireError;
}

export interface AdmissionContext {
  readonly auth: AuthSettings;
  readonly secret: string;
  readonly pairing: DevicePairing | null;
  readonly failures: FailureLimit;
  readonly clock: Clock;
}

/** Granted to an operator who asks for nothing in particular. */
const ALL_SCOPES = ["operator.admin", "operator.read", "operator.write"];

function refuse(message: string, details: Record<string, unknown>, rest: Partial<WireError> = {}): Refused {
  return { kind: "refused", error: { code: "INVALID_REQUEST", message, details: { continuoCode: "GATEWAY_UNAUTHORIZED", ...details }, ...rest } };
}

function negotiate(params: ConnectParams): Protocol | null {
  return PROTOCOLS.find((version) => version >= params.minProtocol && version <= params.maxProtocol) ?? null;
}

/** Pages and command lines are different channels of the same operator (docs/protocol.md). */
function channelOf(client: ConnectParams["client"]): Caller["channel"] {
  const page = client.mode === "webchat" || client.mode === "ui";
  return page && (client.id === "openclaw-control-ui" || client.id.startsWith("webchat")) ? "webchat" : "terminal";
}

function hintFor(client: ConnectParams["client"], kind: "token" | "password"): string {
  if (channelOf(client) === "webchat") return `enter the ${kind} in the page's settings`;
  return kind === "token" ? "set gateway.remote.token to match gateway.auth.token" : "set gateway.remote.password to match gateway.auth.password";
}

type Proof = { readonly kind: "proved" } | { readonly kind: "missing" } | { readonly kind: "wrong" } | { readonly kind: "unset" };

/** Checks the shared secret, then the device token, wherever the client put it. */
function prove(params: ConnectParams, device: DeviceCheck, context: AdmissionContext): Proof {
  const { auth: settings } = context;
  const expected = sharedSecret(settings);
  if (expected === null) return { kind: "unset" };
  const sent = params.auth ?? {};
  const shared = settings.mode === "password" ? sent.password : sent.token;
  if (shared && sameSecret(shared, expected)) return { kind: "proved" };
  const shown = [sent.deviceToken, sent.token].filter((token) => typeof token === "string" && token !== "");
  if (device.kind === "proved") {
    const own = deviceTokenFor(context.secret, settings, device.deviceId);
    if (shown.some((token) => sameSecret(token ?? "", own))) return { kind: "proved" };
  }
  return shared || shown.length > 0 ? { kind: "wrong" } : { kind: "missing" };
}

function refuseProof(proof: Exclude<Proof["kind"], "proved">, params: ConnectParams, mode: "token" | "password"): Refused {
  const upper = mode.toUpperCase();
  if (proof === "unset") {
    const message = `unauthorized: gateway ${mode} not configured on gateway (set gateway.auth.${mode})`;
    return refuse(message, { code: `AUTH_${upper}_NOT_CONFIGURED`, authReason: `${mode}_missing_config`, recommendedNextStep: "update_auth_configuration" });
  }
  const word = proof === "missing" ? "missing" : "mismatch";
  const message = `unauthorized: gateway ${mode} ${word} (${hintFor(params.client, mode)})`;
  // A device whose shared secret is out of date may still hold the token that we gave it.
  const canRetryWithDeviceToken = proof === "wrong" && Boolean(params.device) && !params.auth?.deviceToken;
  return refuse(message, {
    code: `AUTH_${upper}_${word.toUpperCase()}`,
    authReason: `${mode}_${word}`,
    canRetryWithDeviceToken,
    recommendedNextStep: canRetryWithDeviceToken ? "retry_with_device_token" : "update_auth_credentials",
  });
}

function guessOf({ auth }: ConnectParams): readonly unknown[] {
  return [auth?.token, auth?.deviceToken, auth?.password];
}

/** Null when the client may come in. */
function checkSecret(params: ConnectParams, device: DeviceCheck, peer: Peer, context: AdmissionContext): Refused | null {
  const { mode } = context.auth;
  if (mode === "none") {
    return peer.local ? null : refuse("unauthorized: this gateway has no secret and serves its own machine only", { code: "AUTH_REQUIRED" });
  }
  const retryAfterMs = context.failures.waitMs(peer.address);
  if (retryAfterMs > 0) {
    const details = { code: "AUTH_RATE_LIMITED", authReason: "rate_limited", recommendedNextStep: "wait_then_retry" };
    return refuse("unauthorized: too many failed authentication attempts (retry later)", details, { retryable: true, retryAfterMs });
  }
  const proof = prove(params, device, context);
  if (proof.kind === "proved") return null;
  if (proof.kind === "wrong") context.failures.record(peer.address, JSON.stringify(guessOf(params)));
  return refuseProof(proof.kind, params, mode);
}

function checkPairing(params: ConnectParams, device: DeviceCheck, peer: Peer, context: AdmissionContext): Refused | null {
  if (peer.local || context.pairing === null) return null;
  if (device.kind !== "proved") return refuse("device identity required", { code: "DEVICE_IDENTITY_REQUIRED" }, { code: "NOT_PAIRED" });
  if (context.pairing.isPaired(device.deviceId)) return null;
  const { client } = params;
  const requestId = context.pairing.request({ deviceId: device.deviceId, clientName: client.displayName ?? client.id, platform: client.platform });
  const message = `pairing required: device is not approved yet (requestId: ${requestId})`;
  return refuse(message, { code: "PAIRING_REQUIRED", reason: "not-paired", requestId }, { code: "NOT_PAIRED" });
}

/**
 * Decides about a `connect` (spec 11.1): version, role, device signature, secret, pairing. An operator who
 * proves the shared secret gets the scopes it asks for; one who asks for none gets all three.
 */
export function admitClient(params: ConnectParams, nonce: string, peer: Peer, context: AdmissionContext): Admitted | Refused {
  const protocol = negotiate(params);
  if (protocol === null) {
    const { minProtocol, maxProtocol } = params;
    const range = { clientMinProtocol: minProtocol, clientMaxProtocol: maxProtocol, expectedProtocol: PROTOCOLS[0], minimumProbeProtocol: 3 };
    return refuse("protocol mismatch", { code: "PROTOCOL_MISMATCH", continuoCode: "REQUEST_INVALID", ...range });
  }
  if ((params.role ?? "operator") !== "operator") return refuse("invalid role", { code: "INVALID_ROLE", continuoCode: "REQUEST_FORBIDDEN" });
  const device = checkDevice(params, nonce, context.clock.now());
  if (device.kind === "refused") return refuse(device.message, { code: device.code, reason: device.reason });
  const refused = checkSecret(params, device, peer, context) ?? checkPairing(params, device, peer, context);
  if (refused !== null) return refused;
  const asked = params.scopes ?? [];
  return {
    kind: "admitted",
    protocol,
    scopes: asked.length === 0 ? ALL_SCOPES : asked,
    deviceToken: device.kind === "proved" ? deviceTokenFor(context.secret, context.auth, device.deviceId) : null,
    channel: channelOf(params.client),
    clientName: params.client.displayName ?? params.client.id,
    locale: channelOf(params.client) === "webchat" ? (params.locale ?? null) : null,
  };
}
