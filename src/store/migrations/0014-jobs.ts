import { sql } from "kysely";
import type { Migration } from "./migration.ts";
import { primary, required, zero } from "./columns.ts";

/** Scheduled jobs and their runs: one row for each instant that was due. */
export const jobs: Migration = {
  name: "0014-jobs",
  up: (db) => [
    db.schema
      .createTable("jobs")
      .addColumn("id", "text", primary)
      .addColumn("agent_id", "text", required)
      .addColumn("session_key", "text")
      .addColumn("name", "text", required)
      .addColumn("enabled", "integer", required)
      .addColumn("job", "text", required)
      .addColumn("next_run_at", "bigint")
      .addColumn("run_id", "text")
      .addColumn("state", "text", required)
      .addColumn("revision", "bigint", zero)
      .addColumn("created_at", "bigint", required)
      .addColumn("updated_at", "bigint", required),
    db.schema.createIndex("jobs_due").on("jobs").columns(["enabled", "next_run_at"]),
    db.schema
      .createTable("job_runs")
      .addColumn("id", "text", primary)
      .addColumn("job_id", "text", required)
      .addColumn("kind", "text", required)
      .addColumn("due_at", "bigint", required)
      .addColumn("started_at", "bigint", required)
      .addColumn("ended_at", "bigint")
      .addColumn("status", "text", required)
      .addColumn("error", "text")
      .addColumn("session_key", "text")
      .addColumn("session_id", "text")
      .addColumn("item_id", "text")
      .addColumn("delivery", "text", required)
      .addColumn("delivery_id", "text")
      .addColumn("mirror_key", "text")
      .addColumn("deliver_at", "bigint")
      .addColumn("tries", "bigint", zero)
      .addColumn("summary", "text")
      .addColumn("open", "integer", required)
      .addColumn("revision", "bigint", zero),
    db.schema.createIndex("job_runs_once").unique().on("job_runs").columns(["job_id", "due_at", "kind"]),
    db.schema.createIndex("job_runs_of_job").on("job_runs").columns(["job_id", "id"]),
    // What is under way, and nothing else, however many have been.
    db.schema.createIndex("job_runs_open").on("job_runs").column("id").where(sql.ref("open"), "=", sql.lit(1)),
  ],
};
