import { createHash, createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { ConnectParams, SignedDevice } from "./connect-params.ts";

export type DeviceCheck =
  | { readonly kind: "none" }
  | { readonly kind: "proved"; readonly deviceId: string }
  | { readonly kind: "refused"; readonly message: string; readonly code: string; readonly reason: string };

const MAX_SKEW_MS = 2 * 60_000;
const RAW_KEY_BYTES = 32;
/** The DER bytes in front of a raw Ed25519 public key. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

const REFUSALS = {
  nonceMissing: { message: "device nonce required", code: "DEVICE_AUTH_NONCE_REQUIRED", reason: "device-nonce-missing" },
  nonceMismatch: { message: "device nonce mismatch", code: "DEVICE_AUTH_NONCE_MISMATCH", reason: "device-nonce-mismatch" },
  signature: { message: "device signature invalid", code: "DEVICE_AUTH_SIGNATURE_INVALID", reason: "device-signature" },
  stale: { message: "device signature expired", code: "DEVICE_AUTH_SIGNATURE_EXPIRED", reason: "device-signature-stale" },
  identity: { message: "device identity mismatch", code: "DEVICE_AUTH_DEVICE_ID_MISMATCH", reason: "device-id-mismatch" },
  key: { message: "device public key invalid", code: "DEVICE_AUTH_PUBLIC_KEY_INVALID", reason: "device-public-key" },
} as const;

function refuse(why: keyof typeof REFUSALS): DeviceCheck {
  return { kind: "refused", ...REFUSALS[why] };
}

/** Base64url without padding, as clients write it; PEM and plain base64 are understood too. */
function rawKey(text: string): Buffer | null {
  try {
    const raw = text.includes("BEGIN")
      ? createPublicKey(text).export({ type: "spki", format: "der" }).subarray(SPKI_PREFIX.length)
      : Buffer.from(text, "base64");
    return raw.length === RAW_KEY_BYTES ? raw : null;
  } catch {
    // An unreadable key is a refused one; there is nothing else to tell.
    return null;
  }
}

function keyObject(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" });
}

function plain(text: string | null | undefined): string {
  return (text ?? "").trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The texts that a device may have signed: version 3 first, then version 2 (spec 11.1). */
function signedTexts(params: ConnectParams, device: SignedDevice, nonce: string): readonly string[] {
  const { auth, client } = params;
  const token = auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "";
  const middle = [
    device.id,
    client.id,
    client.mode,
    params.role ?? "operator",
    (params.scopes ?? []).join(","),
    String(device.signedAt),
    token,
    nonce,
  ].join("|");
  return [`v3|${middle}|${plain(client.platform)}|${plain(client.deviceFamily)}`, `v2|${middle}`];
}

/** Whether the client holds the private key of the device it names. Pure but for the time that it is given, ms. */
export function checkDevice(params: ConnectParams, nonce: string, now: number): DeviceCheck {
  const { device } = params;
  if (!device) return { kind: "none" };
  const raw = rawKey(device.publicKey);
  if (raw === null) return refuse("key");
  if (createHash("sha256").update(raw).digest("hex") !== device.id) return refuse("identity");
  if (Math.abs(now - device.signedAt) > MAX_SKEW_MS) return refuse("stale");
  if (!device.nonce) return refuse("nonceMissing");
  if (device.nonce !== nonce) return refuse("nonceMismatch");
  const key = keyObject(raw);
  const signature = Buffer.from(device.signature, "base64");
  const signed = signedTexts(params, device, nonce).some((text) => verify(null, Buffer.from(text, "utf8"), key, signature));
  return signed ? { kind: "proved", deviceId: device.id } : refuse("signature");
}
