import { duration } from "../ages.ts";
import { withoutControls } from "../display-width.ts";
import { alignedTable, facts } from "../table.ts";
import { asRow, flagOf, numberOf, textOf, type Row } from "../wire.ts";
import { firstLine } from "./outbox.ts";

const NAME_WIDTH = 32;
const TEXT_WIDTH = 48;

function clean(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "");
}

/** `every 10m`, `0 7 * * * (Europe/Berlin)`, `once at …`. */
export function scheduleText(schedule: Row): string {
  const stagger = numberOf(schedule, "staggerMs");
  if (textOf(schedule, "kind") === "every") return `every ${duration(numberOf(schedule, "everyMs") ?? 0)}`;
  if (textOf(schedule, "kind") === "at") return `once at ${clean(schedule, "at")}`;
  const zone = clean(schedule, "tz");
  return `${clean(schedule, "expr")}${zone === "" ? "" : ` (${zone})`}${stagger === null || stagger === 0 ? "" : ` +${duration(stagger)}`}`;
}

/** `in 3h20m`, `now`, `off`. */
function nextText(job: Row, now: number): string {
  const state = asRow(job.state);
  const at = numberOf(state, "nextRunAtMs");
  if (!flagOf(job, "enabled")) return "off";
  if (numberOf(state, "runningAtMs") !== null) return "running";
  if (at === null) return "never";
  return at <= now ? "now" : `in ${duration(at - now)}`;
}

function agoText(at: number | null, now: number): string {
  return at === null ? "-" : `${duration(Math.max(0, now - at))} ago`;
}

function lastText(state: Row, now: number): string {
  const status = clean(state, "lastRunStatus");
  return status === "" ? "-" : `${status}, ${agoText(numberOf(state, "lastRunAtMs"), now)}`;
}

/** Where its words go, in a word or two. */
function sendsText(job: Row): string {
  const delivery = asRow(job.delivery);
  const mode = clean(delivery, "mode");
  if (mode === "none") return "nowhere";
  if (mode === "webhook") return "webhook";
  return [clean(delivery, "channel") || "last", clean(delivery, "to")].filter((part) => part !== "").join(" ");
}

export function jobLines(jobs: readonly Row[], now: number): string[] {
  if (jobs.length === 0) return ["There are no jobs. Make one: continuo cron add --help"];
  const rows = jobs.map((job) => [clean(job, "id"), firstLine(textOf(job, "name") ?? "", NAME_WIDTH), scheduleText(asRow(job.schedule)), nextText(job, now), lastText(asRow(job.state), now), clean(job, "sessionTarget"), sendsText(job)]);
  return alignedTable(["ID", "NAME", "WHEN", "NEXT", "LAST", "SESSION", "SENDS TO"], rows);
}

/** One job that was made or changed. */
export function jobFacts(job: Row, now: number): string[] {
  const at = numberOf(asRow(job.state), "nextRunAtMs");
  const next = at === null ? nextText(job, now) : `${nextText(job, now)} (${new Date(at).toISOString()})`;
  return facts([["Job", clean(job, "id")], ["Name", clean(job, "name")], ["When", scheduleText(asRow(job.schedule))], ["Next", next], ["Session", clean(job, "sessionTarget")], ["Sends to", sendsText(job)]]);
}

export function runLines(runs: readonly Row[], now: number): string[] {
  if (runs.length === 0) return ["It has not run yet."];
  const rows = runs.map((run) => {
    const took = numberOf(run, "durationMs");
    const due = numberOf(run, "dueAtMs");
    const words = clean(run, "error") || clean(run, "summary");
    return [due === null ? "-" : new Date(due).toISOString(), agoText(numberOf(run, "runAtMs"), now), clean(run, "kind"), clean(run, "status"), took === null ? "-" : duration(took), clean(run, "deliveryStatus"), firstLine(words, TEXT_WIDTH)];
  });
  return alignedTable(["DUE", "RAN", "WHY", "STATUS", "TOOK", "SENT", "WORDS"], rows);
}
