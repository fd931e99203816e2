/** Whole seconds, as `jq`'s `fromdateiso8601` takes them: `2026-03-18T10:01:00Z` (spec 3.2). */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** To the millisecond, which is left out where it is zero: `2026-03-18T10:00:00Z`, `2026-03-18T10:00:00.250Z` (spec 3.4). */
export function isoExact(ms: number): string {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
