import { z } from "zod";
import type { Job } from "../domain/job.ts";
import { define } from "./define.ts";

/** What is due first comes first; what never is, last. */
function byNext(a: Job, b: Job): number {
  const [first, second] = [a.state.nextRunAtMs ?? Number.MAX_SAFE_INTEGER, b.state.nextRunAtMs ?? Number.MAX_SAFE_INTEGER];
  return first - second || a.name.localeCompare(b.name);
}

function fits({ name, description = "", id }: Job, query: string): boolean {
  return [name, description, id].some((text) => text.toLowerCase().includes(query));
}

export const cronList = define({
  name: "cron.list",
  scope: "read",
  input: z.object({ includeDisabled: z.boolean().default(false), limit: z.int().min(1).max(1_000).default(50), offset: z.int().min(0).default(0), query: z.string().max(200).optional() }),
  example: { includeDisabled: true },
  /** The jobs, those that are due first first (spec 11.3). */
  async run({ jobs }, { includeDisabled, limit, offset, query }) {
    const wanted = query?.trim().toLowerCase() ?? "";
    const all = (await jobs.list()).filter((job) => (includeDisabled || job.enabled) && fits(job, wanted)).toSorted(byNext);
    const hasMore = offset + limit < all.length;
    return { jobs: all.slice(offset, offset + limit), total: all.length, offset, limit, hasMore, nextOffset: hasMore ? offset + limit : null };
  },
});
