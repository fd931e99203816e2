import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Api } from "grammy";

export interface Account {
  readonly id: string;
  readonly token: string;
  readonly apiRoot: string | null;
}

/** Waits `ms`; rejects or resolves at once when `signal` aborts. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

const CALL_TIMEOUT_S = 60;
const IDLE_MS = 15_000;

/**
 * Connections are kept for a little while only: one that something on the way has long forgotten would break with the
 * next message on it, and nobody could say whether that arrived.
 */
function createAgents(): (url: { readonly protocol: string | null }) => HttpAgent {
  const agents = { http: new HttpAgent({ keepAlive: true, timeout: IDLE_MS }), https: new HttpsAgent({ keepAlive: true, timeout: IDLE_MS }) };
  return ({ protocol }) => (protocol === "http:" ? agents.http : agents.https);
}

/** The library's client for one bot; the library is loaded here, when it is first needed. */
export async function openClient(account: Account): Promise<Api> {
  const { Api } = await import("grammy");
  const root = account.apiRoot === null ? {} : { apiRoot: account.apiRoot.replace(/\/+$/u, "") };
  return new Api(account.token, { ...root, timeoutSeconds: CALL_TIMEOUT_S, baseFetchConfig: { agent: createAgents() } });
}

/** The library's type of a signal stems from a polyfill; at run time it takes the platform's own. */
export function callSignal(signal: AbortSignal): Parameters<Api["getMe"]>[0] {
  return signal as Parameters<Api["getMe"]>[0];
}
