import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";

export const chatAbort = define({
  name: "chat.abort",
  scope: "write",
  input: z.object({ sessionKey: z.string().min(1).max(512), agentId: z.string().max(64).nullish(), runId: z.string().max(200).nullish() }),
  example: { sessionKey: "main" },
  /** Stops the answer that is being written; what queued behind it runs next (spec 11.3). */
  async run(services, input) {
    if (!services.live) throw new ContinuoError("GATEWAY_UNREACHABLE", "No gateway is running.");
    const key = services.settings.keyOf(input.sessionKey, input.agentId ?? null);
    const runIds = await services.live.turns.abort(key, input.runId ?? null);
    return { ok: true as const, aborted: runIds.length > 0, runIds };
  },
});
