import { statement } from "../statement.ts";

/** Forgets all runs of a job, also what is under way: nobody is told of it any more. */
export const deleteJobRuns = statement<{ job_id: string }>((db, p) => db.deleteFrom("job_runs").where("job_id", "=", p("job_id")));
