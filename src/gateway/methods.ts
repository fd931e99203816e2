import type { z } from "zod";
import { isContinuoError } from "../domain/errors.ts";
import type { Operation, Scope } from "../operations/operation.ts";
import type { Connection } from "./connections.ts";
import { encodeFailure, encodeResult } from "./frames.ts";
import type { RequestFrame } from "./frames.ts";
import type { GatewayLog } from "./options.ts";
import { invalidParams, missingScope, toWireError, unknownMethod } from "./wire-errors.ts";
import type { WireError } from "./wire-errors.ts";

export interface Call {
  readonly connection: Connection;
  readonly id: string;
  readonly params: unknown;
  /** A first answer on the same id, for the methods that give two (spec 11.3, `agent`). */
  acknowledge(payload: object): void;
}

export type Outcome =
  /** `afterwards` tells events that belong behind the response. */
  | { readonly ok: true; readonly payload: unknown; readonly afterwards?: () => void }
  | { readonly ok: false; readonly payload: object; readonly error: WireError };

export interface Method {
  readonly name: string;
  readonly scope: Scope;
  run(call: Call): Promise<Outcome>;
}

/** The parameters as the schema makes them; throws REQUEST_INVALID that names every wrong one. */
export function parseParams<Input extends z.ZodType>(method: string, input: Input, params: unknown): z.output<Input> {
  const given = params ?? {};
  const parsed = input.safeParse(given);
  if (!parsed.success) throw invalidParams(method, parsed.error.issues, given);
  return parsed.data;
}

/** An operation as a WebSocket method: nothing is added to it. */
export function projectOperation<Services>(operation: Operation<z.ZodType, unknown, Services>, services: Services): Method {
  return {
    name: operation.name,
    scope: operation.scope,
    async run({ connection, params }) {
      const input = parseParams(operation.name, operation.input, params);
      return { ok: true, payload: await operation.run(services, input, connection.caller) };
    },
  };
}

export interface Dispatch {
  readonly names: readonly string[];
  /** Answers a request; never rejects. */
  answer(connection: Connection, frame: RequestFrame): Promise<void>;
}

async function perform(methods: ReadonlyMap<string, Method>, connection: Connection, frame: RequestFrame): Promise<Outcome> {
  const method = methods.get(frame.method);
  if (method === undefined) throw unknownMethod(frame.method);
  if (!connection.may(method.scope)) throw missingScope(method.scope);
  const acknowledge = (payload: object): void => connection.wire.send(encodeResult(frame.id, payload));
  return method.run({ connection, id: frame.id, params: frame.params, acknowledge });
}

/** Later methods of the same name give way to earlier ones: operations come before our own stubs. */
export function createDispatch(list: readonly Method[], log: GatewayLog): Dispatch {
  const methods = new Map<string, Method>();
  for (const method of list) if (!methods.has(method.name)) methods.set(method.name, method);

  return {
    names: [...methods.keys()],
    async answer(connection, frame) {
      try {
        const outcome = await perform(methods, connection, frame);
        const text = outcome.ok ? encodeResult(frame.id, outcome.payload) : encodeFailure(frame.id, outcome.error, outcome.payload);
        connection.wire.send(text);
        if (outcome.ok) outcome.afterwards?.();
      } catch (error) {
        const known = isContinuoError(error) && error.code !== "INTERNAL";
        if (!known) log.error({ err: error, method: frame.method, client: connection.caller.clientName }, "a request failed");
        connection.wire.send(encodeFailure(frame.id, toWireError(error, connection.protocol)));
      }
    },
  };
}
