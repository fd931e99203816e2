import { z } from "zod";
import { define } from "./define.ts";
import { jobIdOf, jobName, jobPatchSchema } from "./job-input.ts";

export const cronUpdate = define({
  name: "cron.update",
  scope: "admin",
  input: z.object({ ...jobName, patch: jobPatchSchema }),
  example: { id: "06hgy0b8qk000000", patch: { enabled: false } },
  /** Changes what `patch` names of a job; its next instant is found anew where its schedule changes, or it is switched on. */
  run: ({ jobs }, { patch, ...named }) => jobs.update(jobIdOf(named), patch),
});
