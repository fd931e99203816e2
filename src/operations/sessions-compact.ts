import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";

/** Why there was nothing to do, in words. */
const REASONS = { short: "there is nothing to sum up yet", model: "the built-in model writes no summaries", changed: "the conversation was changed or left meanwhile" } as const;

export const sessionsCompact = define({
  name: "sessions.compact",
  scope: "admin",
  input: z.object({
    key: z.string().min(1).max(512),
    agentId: z.string().max(64).nullish(),
    instructions: z.string().trim().min(1).max(4000).optional(),
    maxLines: z.undefined("maxLines is not supported: nothing is cut off here; leave it out, and the beginning is summed up").optional(),
  }),
  example: { key: "main", instructions: "Keep the addresses." },
  /** Sums up the beginning of a conversation for the model; what was said stays (spec 7.2). Errors: GATEWAY_UNREACHABLE, those of the model. */
  async run({ live, ...services }, { key: typed, agentId, instructions }) {
    const { key } = await requireSession({ live, ...services }, typed, agentId ?? null);
    if (live === null) throw new ContinuoError("GATEWAY_UNREACHABLE", "A summary is written by the model, which only a running gateway asks.");
    const done = await live.turns.compact({ key, wish: instructions ?? null });
    if (done.kind === "failed") throw done.error;
    if (done.kind === "skipped") return { ok: true as const, key, compacted: false, reason: REASONS[done.reason] };
    const { messages, kept, tokensBefore, tokensAfter } = done;
    live.tell.sessionChanged(key, "compact");
    return { ok: true as const, key, compacted: true, messages, kept, tokensBefore, tokensAfter };
  },
});
