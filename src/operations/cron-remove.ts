import { z } from "zod";
import { define } from "./define.ts";
import { jobIdOf, jobName } from "./job-input.ts";

export const cronRemove = define({
  name: "cron.remove",
  scope: "admin",
  input: z.object(jobName),
  example: { id: "06hgy0b8qk000000" },
  /** Takes a job away, with what is known of its runs. What it is just doing is done, and nobody is told of it. */
  run: async ({ jobs }, named) => ({ ok: true as const, removed: await jobs.remove(jobIdOf(named)) }),
});
