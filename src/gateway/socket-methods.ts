import { z } from "zod";
import type { Scope } from "../operations/operation.ts";
import { parseParams } from "./methods.ts";
import type { Call, Method } from "./methods.ts";
import type { SessionDefaults } from "./options.ts";

const keyed = z.looseObject({ key: z.string().min(1).max(512) });

function plainMethod(name: string, scope: Scope, answer: (call: Call) => unknown): Method {
  return { name, scope, run: async (call) => ({ ok: true, payload: answer(call) }) };
}

/** A client may say `main` for the main session, and a bare word for one of the default agent's. */
export function canonicalKey(key: string, defaults: SessionDefaults): string {
  if (key === "main" || key === defaults.mainKey) return defaults.mainSessionKey;
  return key.startsWith("agent:") || key === "global" ? key : `agent:${defaults.defaultAgentId}:${key}`;
}

/** Methods about this one socket: which sessions it follows (spec 11.3). They end with the connection. */
export function subscriptionMethods(resolveKey: (typed: string) => string): readonly Method[] {
  const keyOf = (name: string, call: Call): string => resolveKey(parseParams(name, keyed, call.params).key);
  return [
    plainMethod("sessions.subscribe", "read", ({ connection }) => {
      connection.follows.all = true;
      return { subscribed: true };
    }),
    plainMethod("sessions.unsubscribe", "read", ({ connection }) => {
      connection.follows.all = false;
      return { subscribed: false };
    }),
    plainMethod("sessions.messages.subscribe", "read", (call) => {
      const key = keyOf("sessions.messages.subscribe", call);
      call.connection.follows.keys.add(key);
      return { subscribed: true, key };
    }),
    plainMethod("sessions.messages.unsubscribe", "read", (call) => {
      const key = keyOf("sessions.messages.unsubscribe", call);
      call.connection.follows.keys.delete(key);
      return { subscribed: false, key };
    }),
  ];
}

/** Things that terminal clients ask for and that Continuo does not have: there are none (spec 11.3, stubs). */
export function emptyMethods(): readonly Method[] {
  return [
    plainMethod("question.list", "read", () => ({ questions: [] })),
    plainMethod("plugin.approval.list", "read", () => []),
    plainMethod("taskSuggestions.list", "read", () => ({ suggestions: [] })),
    plainMethod("commands.list", "read", () => ({ commands: [] })),
  ];
}
