/**
 * V8 gives back what work has left once little is allocated, in JavaScript and in the C++ objects under it. The rate of the
 * latter sinks to exactly zero when nothing adds to them, and V8 13 and 14 (Node 24 and 26) take zero for the highest there
 * is: a gateway at rest would keep everything. An empty script is such an object; after a collection the first one counts as
 * a whole page of them.
 */
import { Script } from "node:vm";

/** V8 looks every 8 s, and a rate takes 107 s to sink to zero. */
const EVERY_MS = 10_000;

/** From now on until the process ends, which it does not hold up. */
export function letRestBeNoticed(): void {
  setInterval(() => new Script(""), EVERY_MS).unref();
}
