import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../e2e/client.ts";
import { ACTS, type Stage } from "./acts.ts";
import { checkAll, type Finding, type Tally } from "./check.ts";
import { gather } from "./evidence.ts";
import { unexplained } from "./expected-errors.ts";
import { checkJob, gatherJob, townJob, type TownJob } from "./job.ts";
import { drawFaults, type Drawn } from "./plan.ts";
import { createTalk, type Said, type Talk } from "./talk.ts";
import { LEASE_MS, openTown, type TownPlan, type Town } from "./town.ts";

export interface RoundPlan extends TownPlan {
  readonly seed: number;
  readonly faults: number;
  /** Told after each fault. */
  progress(done: number, kind: string): void;
}

/** A fault as it was: under the name by which it counts, with what was said from then until the next, and how long that waited. */
export interface Befallen {
  readonly kind: string;
  readonly messages: number;
  readonly unknown: number;
  readonly longestMs: number;
}

/** From the moment in which no fault goes on any more until nothing is open: what was open after a while, for those that took long. */
export interface Settled {
  readonly tookMs: number;
  readonly open: readonly string[];
}

export interface Round {
  readonly seed: number;
  readonly drawn: readonly Drawn[];
  readonly befallen: readonly Befallen[];
  readonly findings: readonly (Finding & { readonly kind: string | null })[];
  readonly messages: number;
  readonly tally: Tally;
  readonly settled: readonly Settled[];
  /** The ends of the logs, when something was found. */
  readonly tails: string;
}

/** Everything is judged after so many faults, and at the end. */
const JUDGED_EVERY = 25;
const SETTLE_MS = 180_000;
/** Whatever takes longer is looked at. */
const SLOW_MS = 20_000;

/** What is not yet done, as a word; null once there is nothing. */
async function openWork({ archive }: Town, talk: Talk): Promise<string | null> {
  const count = async (sql: string): Promise<number> => Number((await archive.rows(sql))[0]?.["count"] ?? 0);
  const missing = talk.said.size - (await count("select count(*) as count from inbox where run_id not like 'cron:%'"));
  const waiting = await count("select count(*) as count from inbox where state <> 'done'");
  const running = await count("select count(*) as count from turns where state = 'running'");
  const sending = await count("select count(*) as count from outbox where state in ('pending', 'sending')");
  const jobs = await count("select count(*) as count from job_runs where open = 1");
  if (missing <= 0 && waiting + running + sending + jobs === 0) return null;
  return `${missing} not accepted, ${waiting} not done, ${running} turns running, ${sending} replies under way, ${jobs} runs of the job open`;
}

/** No fault goes on any more, and every gateway is up. */
async function heal({ town, lasting }: Stage): Promise<void> {
  await Promise.all(lasting);
  for (const { proxy } of town.lines) proxy.set({ kind: "clear" });
  town.troubles.splice(0);
  for (const bot of town.bots) bot.calm();
  for (const slot of town.slots) slot.disk?.free();
  await Promise.all(town.slots.map((slot) => slot.now() ?? slot.start()));
}

interface Story {
  readonly stage: Stage;
  readonly kinds: string[];
  readonly unknown: number[];
  readonly settled: Settled[];
  readonly job: TownJob;
  /** How often it was judged so far: the job stands still meanwhile. */
  pauses: number;
}

/** The rows that are not done, so that a long wait can be explained. */
async function describeOpen({ archive }: Town): Promise<string[]> {
  const [items, turns, replies] = await Promise.all([
    archive.rows("select session_key, state, turn_id, accepted_at from inbox where state in ('queued', 'claimed')"),
    archive.rows("select id, session_key, state, attempt, lease_until from turns where state = 'running'"),
    archive.rows("select chat, state, attempts, due_at, error from outbox where state in ('pending', 'sending')"),
  ]);
  return [["inbox", items] as const, ["turns", turns] as const, ["outbox", replies] as const].flatMap(([table, rows]) => rows.map((row) => `${table} ${JSON.stringify(row)}`));
}

async function settle({ stage, settled, job }: Story): Promise<Finding[]> {
  await heal(stage);
  const healed = performance.now();
  await stage.talk.pause();
  await job.off();
  let open: string | null = null;
  let described: string[] | null = null;
  const isSettled = async (): Promise<boolean> => {
    open = await openWork(stage.town, stage.talk).catch(String);
    if (open !== null && described === null && performance.now() - healed > SLOW_MS) described = [open, ...(await describeOpen(stage.town).catch((error: unknown) => [String(error)]))];
    return open === null;
  };
  try {
    await until("everything is settled", isSettled, SETTLE_MS);
    return [];
  } catch {
    return [{ law: "stuck", mark: null, what: `after ${SETTLE_MS / 1_000} s: ${open ?? ""}` }];
  } finally {
    settled.push({ tookMs: Math.round(performance.now() - healed), open: described ?? [] });
  }
}

/** Replies that may or may not have arrived since the last fault are the last fault's. */
async function countUnknown({ stage, unknown }: Story): Promise<void> {
  const [row] = await stage.town.archive.rows("select count(*) as count from outbox where state = 'unknown'").catch(() => []);
  const known = unknown.reduce((sum, one) => sum + one, 0);
  if (row && unknown.length > 0) unknown[unknown.length - 1] = (unknown.at(-1) ?? 0) + Math.max(0, Number(row["count"]) - known);
}

async function befall(story: Story, drawn: Drawn): Promise<void> {
  const { stage, kinds, unknown } = story;
  await sleep(drawn.pauseMs);
  await countUnknown(story);
  stage.talk.during(kinds.length);
  const slot = stage.town.slots[drawn.slot];
  const act = ACTS[drawn.kind];
  if (!slot || !act) throw new Error(`there is no fault "${drawn.kind}"`);
  kinds.push(drawn.kind);
  unknown.push(0);
  const named = await act(stage, slot, drawn);
  if (typeof named === "string") kinds[kinds.length - 1] = named;
}

function befallenOf({ stage, kinds, unknown }: Story): Befallen[] {
  const byFault = Map.groupBy(stage.talk.said.values(), ({ during }) => during);
  const wait = ({ at, answeredAt }: Said): number => (answeredAt ?? at) - at;
  return kinds.map((kind, index) => {
    const said = byFault.get(index) ?? [];
    return { kind, messages: said.length, unknown: unknown[index] ?? 0, longestMs: Math.round(Math.max(0, ...said.map(wait))) };
  });
}

async function judge(story: Story): Promise<{ findings: Finding[]; tally: Tally }> {
  const { stage, kinds } = story;
  const stuck = await settle(story);
  story.pauses++;
  const { findings, tally } = checkAll(await gather(stage.town, stage.talk.said));
  const cries = stage.town.slots.flatMap((slot) => unexplained(slot.errors(), new Set(kinds)).map((line): Finding => ({ law: "log", mark: null, what: `${slot.name}: ${line}` })));
  return { findings: [...stuck, ...findings, ...checkJob(await gatherJob(stage.town), story.pauses), ...cries], tally };
}

async function play(plan: RoundPlan, story: Story, drawn: readonly Drawn[]): Promise<Awaited<ReturnType<typeof judge>>> {
  const { stage } = story;
  await Promise.all(stage.town.slots.map((slot) => slot.start()));
  for (let begun = 0; ; begun += JUDGED_EVERY) {
    stage.talk.start();
    await story.job.on();
    for (const [index, one] of drawn.slice(begun, begun + JUDGED_EVERY).entries()) {
      await befall(story, one);
      plan.progress(begun + index + 1, one.kind);
    }
    const judged = await judge(story);
    await countUnknown(story);
    if (judged.findings.length > 0 || begun + JUDGED_EVERY >= drawn.length) return judged;
  }
}

const LAST_CALLS = 8;

function tailsOf({ slots, bots }: Town): string {
  const calls = bots.map((bot, index) => `--- bot ${index + 1} was asked last\n${bot.calls().slice(-LAST_CALLS).map((call) => JSON.stringify(call)).join("\n")}`);
  return [...slots.map((slot) => `--- ${slot.name}\n${slot.tail()}`), ...calls].join("\n");
}

/** A town of its own through all faults of a seed; ends early, with what was found, when a law is broken. */
export async function playRound(plan: RoundPlan): Promise<Round> {
  const town = await openTown(plan);
  const talk = createTalk(town, plan.seed);
  const story: Story = { stage: { town, talk, lasting: new Set(), leaseMs: LEASE_MS }, kinds: [], unknown: [], settled: [], job: townJob(town), pauses: 0 };
  const drawn = drawFaults(plan.seed, plan.faults, { engine: plan.engine, gateways: plan.gateways, disks: town.slots.every(({ disk }) => disk !== null) });
  try {
    const { findings, tally } = await play(plan, story, drawn);
    await talk.end();
    return {
      ...{ seed: plan.seed, drawn, befallen: befallenOf(story), tally, settled: story.settled, messages: talk.said.size },
      findings: findings.map((one) => ({ ...one, kind: story.kinds[talk.said.get(one.mark ?? "")?.during ?? -1] ?? null })),
      tails: findings.length === 0 ? "" : tailsOf(town),
    };
  } finally {
    await talk.end().catch(() => undefined); // what it could not say was told by whoever paused it
    await town.close();
  }
}
