import { measureJobRuns } from "../store/statements/measure-job-runs.ts";
import { listJobRuns } from "../store/statements/list-job-runs.ts";
import { pruneJobRuns } from "../store/statements/prune-job-runs.ts";
import type { JobParts } from "./parts.ts";

/** What a row weighs besides its words. */
const ROW_BYTES = 400;

/** Keeps the runs of a job within `cron.runLog`: the newest stay. */
export async function pruneRuns({ store, settings }: JobParts, jobId: string): Promise<void> {
  const { keepLines, maxBytes } = settings.cron().runLog;
  const held = await store.get(measureJobRuns, { job_id: jobId });
  if (held === undefined) return;
  const bytes = held.chars + held.count * ROW_BYTES;
  const kept = bytes <= maxBytes ? held.count : Math.floor(held.count * (maxBytes / bytes));
  const keep = Math.max(1, Math.min(keepLines, kept));
  if (held.count <= keep) return;
  const [last] = await store.all(listJobRuns, { job_id: jobId, limit: 1, offset: keep });
  if (last) await store.run(pruneJobRuns, { job_id: jobId, through: last.id });
}
