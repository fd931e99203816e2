import type { Say } from "../../texts/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, in words. */
export function ageIn(say: Say, ms: number): string {
  if (ms < MINUTE) return say("age.now");
  if (ms < HOUR) return say("age.minutes", { count: Math.floor(ms / MINUTE) });
  if (ms < DAY) return say("age.hours", { count: Math.floor(ms / HOUR) });
  return say("age.days", { count: Math.floor(ms / DAY) });
}
