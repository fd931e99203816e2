/** A job that fires every few seconds while everything goes wrong, and what must be true of its instants afterwards. */
import { until } from "../e2e/client.ts";
import type { Finding } from "./check.ts";
import { ROOMS } from "./talk.ts";
import type { Town } from "./town.ts";

const EVERY_MS = 2_000;
const PATIENCE_MS = 60_000;
/** Its words go to somebody who talks, too, and stand in their conversation. */
const HOME = ROOMS[0]?.kind === "chat" ? ROOMS[0] : null;
const PLAN = {
  name: "clockwork",
  schedule: { kind: "every", everyMs: EVERY_MS },
  payload: { kind: "agentTurn", message: "Say what time it is." },
  delivery: { mode: "announce", channel: "telegram", accountId: "default", to: String(HOME?.chat ?? "") },
};

export interface TownJob {
  /** It comes due again, from now. */
  on(): Promise<void>;
  /** Resolves when it is not due any more: what of it runs may go on. */
  off(): Promise<void>;
}

/** Of whichever gateway is up: who was asked and did not answer may have done it all the same. */
async function ask(town: Town, method: string, params: object): Promise<unknown> {
  return until(`${method} is answered`, async () => {
    for (const slot of town.slots) {
      const answer = await slot.now()?.client.request(method, params).catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }, PATIENCE_MS);
}

async function jobIds(town: Town): Promise<string[]> {
  return (await town.archive.rows("select id from jobs")).map(({ id }) => String(id));
}

async function switchTo(town: Town, enabled: boolean): Promise<void> {
  for (const id of await jobIds(town)) await ask(town, "cron.update", { id, patch: { enabled } });
}

export function townJob(town: Town): TownJob {
  return {
    async on() {
      if ((await jobIds(town)).length === 0) await ask(town, "cron.add", PLAN);
      else await switchTo(town, true);
    },
    off: () => switchTo(town, false),
  };
}

export interface JobEvidence {
  readonly anchors: ReadonlyMap<string, number>;
  readonly runs: readonly JobRun[];
  /** How often each of its messages stands in the chat, by the instant that it is of. */
  readonly shown: ReadonlyMap<string, number>;
}

interface JobRun {
  readonly job: string;
  readonly kind: string;
  readonly dueAt: number;
  readonly startedAt: number;
  readonly status: string;
  readonly delivery: string;
  readonly items: number;
  readonly turns: number;
  readonly deliveries: number;
}

const RUNS = `select r.job_id, r.kind, r.due_at, r.started_at, r.status, r.delivery,
  (select count(*) from inbox i where i.run_id = 'cron:' || r.job_id || ':' || r.kind || ':' || r.due_at) as items,
  (select count(distinct i.turn_id) from inbox i where i.id = r.item_id) as turns,
  (select count(*) from outbox o join inbox i on i.turn_id = o.turn_id where i.id = r.item_id) as deliveries
  from job_runs r order by r.due_at`;

export async function gatherJob({ archive, bots }: Town): Promise<JobEvidence> {
  const jobs = await archive.rows("select id, job from jobs");
  const runs = await archive.rows(RUNS);
  const shown = new Map<string, number>();
  const here = bots[HOME?.bot ?? 0]?.sent().filter(({ chat }) => chat === String(HOME?.chat)) ?? [];
  for (const { text } of here) for (const [stamp] of text.matchAll(/tick-\d+/g)) shown.set(stamp, (shown.get(stamp) ?? 0) + 1);
  return {
    shown,
    anchors: new Map(jobs.map(({ id, job }) => [String(id), Number((JSON.parse(String(job)) as { schedule: { anchorMs: number } }).schedule.anchorMs)])),
    runs: runs.map((row) => ({
      ...{ job: String(row["job_id"]), kind: String(row["kind"]), dueAt: Number(row["due_at"]), startedAt: Number(row["started_at"]), status: String(row["status"]), delivery: String(row["delivery"]) },
      ...{ items: Number(row["items"]), turns: Number(row["turns"]), deliveries: Number(row["deliveries"]) },
    })),
  };
}

/** The instant after a run: the next one of its rhythm that lay ahead when it was fired. */
function following({ anchors }: JobEvidence, { job, dueAt, startedAt }: JobRun): number {
  const anchor = anchors.get(job) ?? 0;
  return anchor + (Math.floor((Math.max(dueAt, startedAt) - anchor) / EVERY_MS) + 1) * EVERY_MS;
}

/**
 * Each instant has at most one run, one item, one turn and one message; and none is left out: whatever was fired, the instant
 * after it was fired, too, but where the job was switched off (`pauses` times) before that came.
 */
export function checkJob(evidence: JobEvidence, pauses: number): Finding[] {
  const findings: Finding[] = [];
  const found = (law: Finding["law"], what: string): void => void findings.push({ law, mark: null, what: `the job: ${what}` });
  const due = evidence.runs.filter(({ kind }) => kind === "due");
  const known = new Set(due.map(({ job, dueAt }) => `${job} ${dueAt}`));
  if (known.size !== due.length) found("doubled", `${due.length - known.size} instants have two runs`);
  const left = due.filter((run) => !known.has(`${run.job} ${following(evidence, run)}`));
  if (left.length > pauses) found("lost", `${left.length} instants were not fired, and it was switched off ${pauses} times: after ${left.map(({ dueAt }) => new Date(dueAt).toISOString()).join(", ")}`);
  for (const { dueAt, status, delivery, items, turns, deliveries } of evidence.runs) {
    const at = new Date(dueAt).toISOString();
    if (status === "running") found("stuck", `the run of ${at} has not ended`);
    if (items > 1 || turns > 1 || deliveries > 1) found("doubled", `${at} has ${items} items, ${turns} turns, ${deliveries} deliveries`);
    if (status !== "skipped" && items !== 1) found("lost", `the run of ${at} has ${items} items`);
    const times = evidence.shown.get(`tick-${dueAt}`) ?? 0;
    if (times > 1) found("doubled", `${times} messages tell of ${at}`);
    if (delivery === "delivered" && times === 0) found("lost", `what was said of ${at} counts as delivered and is not in the chat`);
    if (delivery === "not-requested" && times > 0) found("misrouted", `what was said of ${at} is in the chat and was not sent`);
  }
  return findings;
}
