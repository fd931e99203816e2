/** What a session's queue should do, said a second time, in memory and without the code (spec 12.2, 12.3). */
import type { DropPolicy, QueueMode } from "../../../src/domain/queue.ts";

export interface Said {
  readonly id: string;
  readonly who: string;
  readonly command: boolean;
}

export interface Policy {
  mode: QueueMode;
  cap: number;
  drop: DropPolicy;
}

export interface Running {
  readonly turnId: string;
  readonly items: Said[];
  readonly holder: string;
  readonly fence: number;
  spoken: boolean;
}

export type Claimed = { readonly kind: "turn"; readonly items: Said[]; readonly dropped: Said[] } | { readonly kind: "empty" };

/** One session: where each of its messages is. */
export interface Queue {
  readonly policy: Policy;
  /** In the order of acceptance. */
  readonly accepted: Said[];
  waiting: Said[];
  /** Dropped, and not in the transcript yet. */
  noted: Said[];
  readonly dropped: Map<string, string>;
  readonly answered: Set<string>;
  /** What people said, as the transcript should have it. */
  readonly written: string[];
  running: Running | null;
}

export function newQueue(): Queue {
  return { policy: { mode: "collect", cap: 3, drop: "summarize" }, accepted: [], waiting: [], noted: [], dropped: new Map(), answered: new Set(), written: [], running: null };
}

const steers = ({ mode }: Policy): boolean => mode === "steer" || mode === "steer-backlog";

function drop(queue: Queue, said: Said, reason: string): void {
  queue.waiting = queue.waiting.filter((other) => other !== said);
  queue.dropped.set(said.id, reason);
  queue.noted = queue.accepted.filter((other) => other === said || queue.noted.includes(other));
}

/** Of those who have most waiting, whoever was first to wait gives their oldest; commands stay. */
function victim(queue: Queue, newcomer: Said): Said {
  const most = (who: string): number => queue.waiting.filter((said) => said.who === who).length;
  const candidates = queue.waiting.filter((said) => said !== newcomer && !said.command);
  const count = Math.max(0, ...candidates.map(({ who }) => most(who)));
  const speakers = [...new Set(queue.waiting.map(({ who }) => who))];
  const who = speakers.find((one) => most(one) === count && candidates.some((said) => said.who === one));
  return candidates.find((said) => said.who === who) ?? newcomer;
}

export function accept(queue: Queue, said: Said): void {
  const { mode, cap, drop: policy } = queue.policy;
  queue.accepted.push(said);
  queue.waiting.push(said);
  if (mode === "interrupt" && !said.command) {
    for (const other of [...queue.waiting]) if (other !== said && !other.command && other.who === said.who) drop(queue, other, "interrupted");
  }
  while (queue.waiting.length > cap && queue.waiting.includes(said)) {
    const gone = policy === "new" ? said : victim(queue, said);
    drop(queue, gone, gone === said ? "new" : policy);
  }
}

const at = (queue: Queue, said: Said): number => queue.accepted.indexOf(said);

function write(queue: Queue, said: readonly Said[]): void {
  const ordered = said.toSorted((a, b) => at(queue, a) - at(queue, b));
  queue.written.push(...ordered.filter(({ command }) => !command).map(({ id }) => id));
}

function prefix(queue: Queue, first: Said, limit: number): Said[] {
  const end = queue.waiting.findIndex((said) => said.who !== first.who || said.command);
  return (end === -1 ? queue.waiting : queue.waiting.slice(0, end)).slice(0, limit);
}

/** The next turn of an idle session. */
export function claim(queue: Queue): Claimed {
  const [first] = queue.waiting;
  const earlier = queue.noted.filter((said) => first === undefined || at(queue, said) < at(queue, first));
  if (earlier.length > 0 && (first === undefined || first.command)) {
    queue.noted = queue.noted.filter((said) => !earlier.includes(said));
    write(queue, earlier);
    return { kind: "turn", items: [], dropped: earlier };
  }
  if (first === undefined) return { kind: "empty" };
  const limit = queue.policy.mode === "collect" || steers(queue.policy) ? queue.policy.cap : 1;
  const items = first.command ? [first] : prefix(queue, first, limit);
  const last = items.at(-1) ?? first;
  const dropped = queue.noted.filter((said) => at(queue, said) < at(queue, last));
  queue.noted = queue.noted.filter((said) => !dropped.includes(said));
  queue.waiting = queue.waiting.filter((said) => !items.includes(said));
  write(queue, [...dropped, ...items]);
  return { kind: "turn", items, dropped };
}

/** What joins the running turn, when it is asked at a boundary; `policy` is as it was when the turn was claimed. */
export function join(queue: Queue, policy: Policy): Said[] {
  const first = queue.running?.items[0];
  if (!first || first.command || !steers(policy)) return [];
  const joined = prefix(queue, first, policy.cap);
  queue.waiting = queue.waiting.filter((said) => !joined.includes(said));
  queue.running?.items.push(...joined);
  write(queue, joined);
  return joined;
}

export function end(queue: Queue): void {
  for (const { id } of queue.running?.items ?? []) queue.answered.add(id);
  queue.running = null;
}
