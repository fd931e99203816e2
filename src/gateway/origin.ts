import type { IncomingMessage } from "node:http";

/** Where a request comes from. `local`: from this machine and not through a proxy. */
export interface Peer {
  readonly address: string;
  readonly local: boolean;
}

const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** The host of a `Host` header or a URL without brackets and port, in lower case. */
function hostname(host: string): string {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host.trim());
  return (match?.[1] ?? match?.[2] ?? "").toLowerCase();
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^::ffff:/, "");
  return name === "localhost" || name === "::1" || /^127(\.\d{1,3}){3}$/.test(name);
}

export function peerOf(request: IncomingMessage): Peer {
  const address = (request.socket.remoteAddress ?? "unknown").replace(/^::ffff:/, "");
  const forwarded = FORWARDED.some((header) => request.headers[header] !== undefined);
  return { address, local: isLoopback(address) && !forwarded };
}

function parseOrigin(origin: string): URL | null {
  return URL.canParse(origin) ? new URL(origin) : null;
}

/**
 * Against DNS rebinding: a gateway that listens on loopback answers only to this machine's own names, and to
 * the hosts of the allowed origins (a proxy in front of it keeps its name).
 */
export function isKnownHost(host: string | undefined, boundTo: string, allowedOrigins: readonly string[]): boolean {
  if (!isLoopback(boundTo)) return true;
  const name = hostname(host ?? "");
  if (name === "") return false;
  return isLoopback(name) || allowedOrigins.some((origin) => parseOrigin(origin)?.hostname.toLowerCase() === name);
}

/** A page may connect if we served it ourselves or its origin is allowed; what is no browser sends no origin (P39). */
export function isAllowedOrigin(origin: string | undefined, host: string | undefined, allowedOrigins: readonly string[]): boolean {
  if (origin === undefined) return true;
  const parsed = parseOrigin(origin);
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) return false;
  if (host !== undefined && parsed.host === host.trim().toLowerCase()) return true;
  return allowedOrigins.some((allowed) => allowed === "*" || parseOrigin(allowed)?.origin === parsed.origin);
}
