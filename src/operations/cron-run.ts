import { z } from "zod";
import { define } from "./define.ts";
import { jobIdOf, jobName } from "./job-input.ts";

export const cronRun = define({
  name: "cron.run",
  scope: "admin",
  input: z.object({ ...jobName, mode: z.enum(["due", "force"]).default("force") }),
  example: { id: "06hgy0b8qk000000", mode: "force" as const },
  /** Runs a job now; `due` only where its time has come. Its schedule goes on as it was. Answers once that is durable. */
  async run({ jobs }, { mode, ...named }) {
    const answer = await jobs.run(jobIdOf(named), mode);
    return { ok: true as const, ...answer, ...(answer.ran ? { enqueued: true as const } : {}) };
  },
});
