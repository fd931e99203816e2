/** What becomes of messages that arrive while a turn of their session runs (spec 12.2, A8). */
export const QUEUE_MODES = ["collect", "followup", "steer", "steer-backlog", "interrupt"] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

export const DROP_POLICIES = ["old", "new", "summarize"] as const;
export type DropPolicy = (typeof DROP_POLICIES)[number];

export interface QueuePolicy {
  readonly mode: QueueMode;
  /** Quiet time before collected messages run. */
  readonly debounceMs: number;
  /** How many may wait. */
  readonly cap: number;
  readonly drop: DropPolicy;
}

/** What a session's people chose with `/queue`; what is left out is as configured. */
export type QueueChoice = Partial<QueuePolicy>;

const SPELLINGS: Readonly<Record<string, QueueMode>> = {
  coalesce: "collect",
  "follow-up": "followup",
  "follow-ups": "followup",
  followups: "followup",
  steering: "steer",
  queue: "steer",
  queued: "steer",
  "steer+backlog": "steer-backlog",
  steer_backlog: "steer-backlog",
  abort: "interrupt",
  interrupts: "interrupt",
};

/** Every word for a mode. */
export const QUEUE_MODE_WORDS: readonly string[] = [...QUEUE_MODES, ...Object.keys(SPELLINGS)];

export function queueModeOf(word: string): QueueMode | null {
  const lower = word.toLowerCase();
  return QUEUE_MODES.find((mode) => mode === lower) ?? (Object.hasOwn(SPELLINGS, lower) ? (SPELLINGS[lower] ?? null) : null);
}

/** A message is answered once (law 2), so what joined the running turn is no backlog any more: both words steer. */
export function isSteering({ mode }: QueuePolicy): boolean {
  return mode === "steer" || mode === "steer-backlog";
}

/** The session's own choice goes before what is configured for its channel. */
export function queuePolicy(configured: QueuePolicy, choice: QueueChoice | null): QueuePolicy {
  return choice === null ? configured : { ...configured, ...choice };
}
