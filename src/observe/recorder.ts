import { STAGES, type Rates, type Stage, type StageFigures } from "../domain/figures.ts";
import type { ReceiveOutcome } from "../domain/message.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Usage } from "../domain/usage.ts";
import { counter, histogram, type Family } from "./instruments.ts";
import { endsTurn } from "./turn-end.ts";
import { createRate, createRecent, type Recent } from "./recent.ts";

export interface ObservedTime {
  /** ms since the Unix epoch. */
  now(): number;
  /** ms, only differences count; steps of less than a millisecond, never back. */
  elapsed(): number;
}

/** Seconds: from what a store takes to what a patient person takes. */
const STAGE_BOUNDS: readonly number[] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const STORE_BOUNDS: readonly number[] = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];
const MODEL_BOUNDS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64];

/** How far back the percentiles of `gateway.stats` look. */
const RECENT_MS = 5 * 60_000;

export type StoreKind = "read" | "write" | "transaction";

/** What happens to messages and their turns. */
export interface LineRecorder {
  received(channel: string, outcome: ReceiveOutcome | null): void;
  stage(stage: Stage, ms: number): void;
  turnEvent(event: TurnEvent): void;
  /** The turn was begun by somebody else, who has lost it or handed it back. */
  leaseMoved(): void;
  fenceRefused(): void;
  /** An accepted message is kept and gets no answer. */
  unanswered(reason: string): void;
  overBudget(): void;
  sent(channel: string, outcome: "sent" | "retry" | "failed"): void;
}

/** What happened since the start, in plain numbers: nobody has to ask for it to be counted, and it costs next to nothing. */
export interface Recorder {
  readonly families: readonly Family[];
  readonly time: ObservedTime;
  readonly line: LineRecorder;
  model(ref: string, outcome: string, ms: number, usage: Usage | null): void;
  store(kind: StoreKind, ms: number): void;
  /** So many transactions shared one commit. */
  committed(transactions: number): void;
  rates(): Rates;
  stages(): StageFigures[];
}

function instruments() {
  return {
    messages: counter("continuo_messages_total", "Messages that came in, by channel and what became of them", "channel", "outcome"),
    dropped: counter("continuo_messages_dropped_total", "Messages that were not let in, by reason", "reason"),
    turns: counter("continuo_turns_total", "Turns that ended, by how", "outcome"),
    moves: counter("continuo_lease_moves_total", "Turns that were taken up from a holder that was gone or handed them back"),
    fences: counter("continuo_fences_refused_total", "Commits that were refused because somebody else had taken the turn over"),
    unanswered: counter("continuo_messages_unanswered_total", "Accepted messages that are kept and get no answer of their own, by reason", "reason"),
    budget: counter("continuo_budget_hits_total", "Turns for which no model was asked because a budget of the day was used up"),
    sends: counter("continuo_sends_total", "Attempts to send a reply, by channel and how they ended", "channel", "outcome"),
    requests: counter("continuo_model_requests_total", "Requests to models, by model and how they ended", "model", "outcome"),
    tokens: counter("continuo_model_tokens_total", "Tokens as the providers reported them", "model", "kind"),
    requestSeconds: histogram("continuo_model_request_seconds", "How long requests to models took", MODEL_BOUNDS, "model"),
    stages: histogram("continuo_stage_seconds", "How long each stage of a message's way took", STAGE_BOUNDS, "stage"),
    store: histogram("continuo_store_seconds", "How long the store took, waiting for its commit included", STORE_BOUNDS, "kind"),
    batch: histogram("continuo_store_commit_batch", "Transactions that shared one commit", BATCH_BOUNDS),
  };
}

function rateOf() {
  return { accepted: createRate(), committed: createRate(), sent: createRate() };
}

function addTokens(tokens: ReturnType<typeof counter>, ref: string, { input, output, cacheRead, cacheWrite }: Usage): void {
  if (input !== null) tokens.add(input, ref, "input");
  if (output !== null) tokens.add(output, ref, "output");
  if (cacheRead !== null) tokens.add(cacheRead, ref, "cache_read");
  if (cacheWrite !== null) tokens.add(cacheWrite, ref, "cache_write");
}

type Instruments = ReturnType<typeof instruments>;
type RecentStages = ReadonlyMap<Stage, Recent>;

function lineRecorder(made: Instruments, rates: ReturnType<typeof rateOf>, recent: RecentStages, time: ObservedTime): LineRecorder {
  return {
    received(channel, outcome) {
      made.messages.add(1, channel, outcome?.kind ?? "error");
      if (outcome?.kind === "dropped") made.dropped.add(1, outcome.reason);
      if (outcome?.kind === "accepted") rates.accepted.add(time.now());
    },
    stage(stage, ms) {
      // Two machines' clocks may differ: a wait is never less than none.
      const taken = Math.max(0, ms);
      made.stages.observe(taken / 1000, stage);
      recent.get(stage)?.add(time.now(), taken);
    },
    turnEvent(event) {
      if (!endsTurn(event)) return;
      made.turns.add(1, event.kind === "committed" && event.held !== null ? "held" : event.kind);
      rates.committed.add(time.now());
    },
    leaseMoved: () => made.moves.add(1),
    fenceRefused: () => made.fences.add(1),
    unanswered: (reason) => made.unanswered.add(1, reason),
    overBudget: () => made.budget.add(1),
    sent(channel, outcome) {
      made.sends.add(1, channel, outcome);
      if (outcome === "sent") rates.sent.add(time.now());
    },
  };
}

export function createRecorder(time: ObservedTime): Recorder {
  const made = instruments();
  const rates = rateOf();
  const recent: RecentStages = new Map(STAGES.map((stage) => [stage, createRecent()]));
  return {
    families: Object.values(made).map(({ family }) => family),
    time,
    line: lineRecorder(made, rates, recent, time),
    model(ref, outcome, ms, usage) {
      made.requests.add(1, ref, outcome);
      made.requestSeconds.observe(ms / 1000, ref);
      if (usage !== null) addTokens(made.tokens, ref, usage);
    },
    store: (kind, ms) => made.store.observe(ms / 1000, kind),
    committed: (transactions) => made.batch.observe(transactions),
    rates() {
      const now = time.now();
      return { accepted: rates.accepted.perSecond(now), committed: rates.committed.perSecond(now), sent: rates.sent.perSecond(now) };
    },
    stages() {
      const since = time.now() - RECENT_MS;
      return STAGES.map((stage) => {
        const { p50 = null, p95 = null, count = 0 } = recent.get(stage)?.percentiles(since) ?? {};
        return { stage, p50Ms: p50, p95Ms: p95, count };
      });
    },
  };
}
