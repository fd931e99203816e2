/** A job: something that is done at a time that somebody set (docs/cron.md). The names are those of OpenClaw's files (spec 1.7). */
export interface Job extends JobPlan {
  readonly id: string;
  readonly agentId: string;
  /** Whose last route its words go to; where its target is `current`, the session that it runs in. */
  readonly sessionKey: string | null;
  readonly name: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly state: JobState;
}

/** What is done, when, and what becomes of what is answered. */
export interface JobPlan {
  readonly description?: string | undefined;
  readonly deleteAfterRun?: boolean | undefined;
  readonly schedule: JobSchedule;
  readonly sessionTarget: JobTarget;
  readonly wakeMode: "now" | "next-heartbeat";
  readonly payload: JobPayload;
  readonly delivery?: JobDelivery | undefined;
}

export type JobSchedule =
  | { readonly kind: "at"; readonly at: string }
  | { readonly kind: "every"; readonly everyMs: number; readonly anchorMs?: number | undefined }
  | { readonly kind: "cron"; readonly expr: string; readonly tz?: string | undefined; readonly staggerMs?: number | undefined };

export type JobTarget = "main" | "isolated" | "current" | `session:${string}`;

export type JobPayload =
  | { readonly kind: "systemEvent"; readonly text: string }
  | { readonly kind: "agentTurn"; readonly message: string; readonly model?: string | undefined; readonly thinking?: JobThinking | undefined; readonly timeoutSeconds?: number | undefined };

export type JobThinking = "off" | "minimal" | "low" | "medium" | "high";

export interface JobDelivery {
  readonly mode: "none" | "announce" | "webhook";
  /** A channel, or `last`, which is where whoever it is for was last. */
  readonly channel?: string | undefined;
  readonly to?: string | undefined;
  readonly accountId?: string | undefined;
  readonly threadId?: string | undefined;
  /** A run whose words cannot be delivered is no failure. */
  readonly bestEffort?: boolean | undefined;
}

export type RunStatus = "ok" | "error" | "skipped";

/** `owed`: to be posted; `sending`: the outbox has it; `held`: it waits for the owner's word. */
export type RunDelivery = "not-requested" | "owed" | "sending" | "held" | "delivered" | "not-delivered" | "unknown";

/** What is remembered of a job's runs. */
export interface JobState {
  readonly nextRunAtMs?: number | undefined;
  readonly runningAtMs?: number | undefined;
  readonly lastRunAtMs?: number | undefined;
  readonly lastRunStatus?: RunStatus | undefined;
  readonly lastError?: string | undefined;
  readonly lastDurationMs?: number | undefined;
  readonly consecutiveErrors?: number | undefined;
  readonly lastDelivered?: boolean | undefined;
  readonly lastDeliveryStatus?: "delivered" | "not-delivered" | "unknown" | "not-requested" | undefined;
  /** How often what is fired next has failed before, since its instant came. */
  readonly retries?: number | undefined;
  /** When what is under way began to be due, or does next: it is gone once nothing of its run is open. */
  readonly over?: boolean | undefined;
}
