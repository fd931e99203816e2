import { z } from "zod";
import { fork } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { takeStep } from "./session-steps.ts";

export const sessionsFork = define({
  name: "sessions.fork",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), throughSeq: z.int().min(1).optional() }),
  example: { key: "main", throughSeq: 12 },
  /** Goes on in a copy of the conversation, up to and with a position; the original stays in the list. Errors: STEP_UNKNOWN, SESSION_BUSY. */
  async run(services, { key: typed, throughSeq }) {
    const upTo = throughSeq === undefined ? {} : { throughSeq };
    return { ok: true as const, ...(await takeStep(services, { typed, take: (tx, key, now) => fork(tx, key, upTo, services.ids, now) })) };
  },
});
