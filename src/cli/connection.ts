import type { CliDeps } from "./deps.ts";
import { isListening } from "./probe.ts";
import { findEndpoint, type Endpoint } from "./endpoint.ts";
import { connectGateway, unreachable, type GatewayClient, type GatewayEvent } from "./gateway-client.ts";

const TIMEOUT_MS = 10_000;

/**
 * Connects to this state directory's gateway as its operator. Throws GATEWAY_UNREACHABLE, GATEWAY_UNAUTHORIZED,
 * GATEWAY_TIMEOUT, or what the configuration is refused for.
 */
export async function openGateway(deps: CliDeps, onEvent?: (event: GatewayEvent) => void, timeoutMs = TIMEOUT_MS): Promise<GatewayClient> {
  return openGatewayAt(deps, await findEndpoint(deps), onEvent, timeoutMs);
}

/** The same for a caller that has looked already where it is. */
export async function openGatewayAt(deps: CliDeps, endpoint: Endpoint, onEvent?: (event: GatewayEvent) => void, timeoutMs = TIMEOUT_MS): Promise<GatewayClient> {
  // Somebody who listens and does not answer is another trouble than nobody; and the WebSocket for TLS takes 25 ms to load.
  if (endpoint.holder === null && !(await isListening(endpoint.url, timeoutMs))) throw unreachable(endpoint.url);
  return connectGateway({ ...endpoint, version: deps.version, timeoutMs, now: deps.time.now, onEvent });
}

/** One call on a connection of its own. `timeoutMs` null waits for as long as the gateway takes. */
export async function askGateway(deps: CliDeps, method: string, params: object, timeoutMs?: number | null): Promise<unknown> {
  const client = await openGateway(deps);
  try {
    return await client.call(method, params, timeoutMs);
  } finally {
    client.close();
  }
}

/** One read on the store itself: works with the gateway down as well as up. */
export async function askStore(deps: CliDeps, method: string, params: object): Promise<unknown> {
  const local = await deps.local.read();
  try {
    return await local.call(method, params);
  } finally {
    await local.close();
  }
}
