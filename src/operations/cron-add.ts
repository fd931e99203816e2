import { define } from "./define.ts";
import { newJobSchema } from "./job-input.ts";

export const cronAdd = define({
  name: "cron.add",
  scope: "admin",
  input: newJobSchema,
  example: {
    name: "Morning brief",
    schedule: { kind: "cron" as const, expr: "0 7 * * *", tz: "Europe/Berlin" },
    payload: { kind: "agentTurn" as const, message: "Say what is on today." },
    delivery: { mode: "announce" as const, channel: "telegram", to: "42" },
  },
  /** Makes a job; it is refused where its words would reach nobody (spec 1.7, 5.5). */
  run: ({ jobs }, wanted) => jobs.add(wanted),
});
