export { allJobs, createJobsDesk, rowFor } from "./desk.ts";
export { isJobRun } from "./fire.ts";
export type { JobParts, JobSettings, JobWorld } from "./parts.ts";
export { createScheduler, type Scheduler } from "./scheduler.ts";
