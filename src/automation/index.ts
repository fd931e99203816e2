export { createJobsDesk } from "./desk.ts";
export { isJobRun } from "./fire.ts";
export { exportJobs, importJobs, type ImportedJobs } from "./openclaw.ts";
export type { JobParts, JobSettings, JobWorld } from "./parts.ts";
export { createScheduler, type Scheduler } from "./scheduler.ts";
