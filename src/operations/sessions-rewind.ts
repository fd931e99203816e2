import { z } from "zod";
import { rewind } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { takeStep } from "./session-steps.ts";

const key = z.string().min(1).max(512);

export const sessionsRewind = define({
  name: "sessions.rewind",
  scope: "admin",
  input: z.union([z.strictObject({ key, questions: z.int().min(1).max(10_000) }), z.strictObject({ key, throughSeq: z.int().min(0) })]),
  example: { key: "main", questions: 1 },
  /** Sets aside the last questions with all that came of them, or what was said after a position; `sessions.undo` brings it back. Errors: STEP_UNKNOWN, SESSION_BUSY. */
  async run(services, { key: typed, ...to }) {
    return { ok: true as const, ...(await takeStep(services, { typed, take: (tx, name, now) => rewind(tx, name, to, services.ids, now) })) };
  },
});
