import { z } from "zod";
import { define } from "./define.ts";
import { jobName } from "./job-input.ts";

export const cronRuns = define({
  name: "cron.runs",
  scope: "read",
  input: z.object({ ...jobName, limit: z.int().min(1).max(1_000).default(50), offset: z.int().min(0).default(0) }),
  example: { id: "06hgy0b8qk000000", limit: 20 },
  /** What became of a job's instants, or of those of all jobs, the newest first. */
  async run({ jobs }, { id, jobId, limit, offset }) {
    const found = await jobs.runs({ id: id ?? jobId ?? null, limit: limit + 1, offset });
    const hasMore = found.length > limit;
    return { entries: found.slice(0, limit), offset, limit, hasMore, nextOffset: hasMore ? offset + limit : null };
  },
});
