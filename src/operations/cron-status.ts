import { z } from "zod";
import { define } from "./define.ts";

export const cronStatus = define({
  name: "cron.status",
  scope: "read",
  input: z.object({}),
  example: {},
  /** Whether jobs are fired, how many there are, and when something is due next (spec 11.3). */
  async run({ jobs, facts }) {
    const [all, nextWakeAtMs, { location }] = await Promise.all([jobs.list(), jobs.nextAt(), facts.storage.status()]);
    return { enabled: jobs.isOn(), storePath: location, jobs: all.length, nextWakeAtMs };
  },
});
