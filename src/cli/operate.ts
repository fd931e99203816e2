import { isContinuoError } from "../domain/errors.ts";
import { askStore, openGateway } from "./connection.ts";
import type { CliDeps, LocalOperations } from "./deps.ts";
import { liveHolder } from "./endpoint.ts";
import { failure } from "./failure.ts";
import type { GatewayEvent } from "./gateway-client.ts";

type OnEvent = (event: GatewayEvent) => void;

/** A gateway holds this state directory, or the configuration says that the gateway is elsewhere. */
async function gatewayDecides(deps: CliDeps): Promise<boolean> {
  if (liveHolder(deps) !== null) return true;
  const gateway = await deps.settings.reach();
  return gateway.mode === "remote" && gateway.remote !== undefined;
}

async function callGateway(deps: CliDeps, method: string, params: object, timeoutMs: number | null | undefined, onEvent?: OnEvent): Promise<unknown> {
  const client = await openGateway(deps, onEvent);
  try {
    return await client.call(method, params, timeoutMs);
  } finally {
    client.close();
  }
}

async function openForWriting(deps: CliDeps, onEvent?: OnEvent): Promise<LocalOperations> {
  try {
    return await deps.local.write(onEvent);
  } catch (error) {
    if (!isContinuoError(error) || error.code !== "STATE_LOCKED") throw error;
    throw failure("STATE_LOCKED", error.message, "Nothing was changed. A gateway or another command has just taken it: run the command again.");
  }
}

/**
 * One state-changing operation: by the running gateway where there is one, else on the store itself under the state
 * directory's lock. A gateway that refuses is never gone around. Moving history takes as long as it takes, so there
 * is no time limit. Throws GATEWAY_*, STATE_LOCKED, and what the operation throws.
 */
export async function operate(deps: CliDeps, method: string, params: object, onEvent?: OnEvent): Promise<unknown> {
  if (await gatewayDecides(deps)) return callGateway(deps, method, params, null, onEvent);
  const local = await openForWriting(deps, onEvent);
  try {
    return await local.call(method, params);
  } finally {
    await local.close();
  }
}

/** One look, at the same place that `operate` would change: the running gateway, else the store, opened for reading. */
export async function consult(deps: CliDeps, method: string, params: object): Promise<unknown> {
  return (await gatewayDecides(deps)) ? callGateway(deps, method, params, undefined) : askStore(deps, method, params);
}
