import { z } from "zod";
import { undo } from "../sessions/steps.ts";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";
import { takeStep } from "./session-steps.ts";

export const sessionsUndo = define({
  name: "sessions.undo",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "main" },
  /** Takes back what was last done to a session: a new conversation, a fork, a rewind, a resumption. Errors: STEP_UNKNOWN, SESSION_BUSY. */
  async run(services, input) {
    const stepped = await takeStep(services, { typed: input.key, take: (tx, key, now) => undo(tx, key, services.ids, now) });
    if (stepped === null) throw new ContinuoError("STEP_UNKNOWN", `There is nothing to take back in ${input.key}.`);
    return { ok: true as const, ...stepped };
  },
});
