import { z } from "zod";
import { define } from "./define.ts";

export const wake = define({
  name: "wake",
  scope: "write",
  input: z.object({ mode: z.enum(["now", "next-heartbeat"]).default("now"), text: z.string().trim().min(1).max(100_000) }),
  example: { mode: "now" as const, text: "The backup has ended." },
  /** Tells the main session of the default agent of something; `now` has it answer at once, else it knows with its next turn. */
  async run({ jobs }, { mode, text }) {
    await jobs.wake(mode, text);
    return { ok: true as const };
  },
});
