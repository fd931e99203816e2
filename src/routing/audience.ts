/**
 * Whether whoever reads at `destination` may read what was said to `source` (law 5). Both as routing writes
 * audiences (docs/formats.md). The owner reads everything of their house; a thread's readers are among its room's.
 */
export function isInside(destination: string, source: string): boolean {
  if (destination === source || destination === "owner") return true;
  return source.startsWith("chat:") && destination.startsWith(`${source}:`);
}

/** An audience in words, for whoever is asked about it: `person:Ann` is Ann, `peer:telegram:default:42` is telegram 42. */
export function describeAudience(audience: string): string {
  const [kind, ...rest] = audience.split(":").map(decodeSegment);
  if (kind === "person") return rest.join(":");
  if (kind === "owner") return "the owner";
  const [channel, account, id, thread] = rest;
  const at = account === "default" || account === undefined ? "" : ` (${account})`;
  if (kind === "peer") return `${channel} ${id}${at}`;
  return `the room ${channel} ${id}${thread === undefined ? "" : `, thread ${thread}`}${at}`;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // not of our making: shown as it is
  }
}
