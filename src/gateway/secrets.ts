import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { AuthSettings } from "./options.ts";

/** Compares two secrets in a time that tells neither their content nor their length. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}

/** The secret that every operator shares; null where none is set. */
export function sharedSecret(auth: AuthSettings): string | null {
  if (auth.mode === "none") return null;
  const secret = auth.mode === "token" ? auth.token : auth.password;
  return secret === null || secret === "" ? null : secret;
}

/**
 * The token that a device may show instead of the shared secret. Nothing is stored: it is a keyed hash of the
 * device id, and of the shared secret, so that changing `gateway.auth.token` revokes every device too.
 */
export function deviceTokenFor(serverSecret: string, auth: AuthSettings, deviceId: string): string {
  const shared = createHash("sha256").update(sharedSecret(auth) ?? "").digest("hex");
  return createHmac("sha256", serverSecret).update(`continuo-device-1|${auth.mode}|${shared}|${deviceId}`).digest("base64url");
}
