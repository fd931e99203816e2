/** One round: a list of actions done to a real line, with everything that a model is shown looked at. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import JSON5 from "json5";
import type { ModelEvent } from "../../../src/agent/providers/provider.ts";
import { listDeliveries } from "../../../src/store/statements/list-deliveries.ts";
import { listWaitingItems } from "../../../src/store/statements/list-waiting-items.ts";
import type { InboxRow } from "../../../src/store/tables.ts";
import { message, startHarness, type Harness } from "../../line/harness.ts";
import { removeStateDir } from "../../store/database.ts";
import { randomFrom, type Action, type Random } from "./actions.ts";
import { createChanger, type Changer } from "./changer.ts";
import type { House } from "./house.ts";
import { firstState } from "./model.ts";
import { createWitness, type Counts, type Witness } from "./witness.ts";
import { addressOf, CHANNELS, firstConfig, IDENTITIES, type Identity, type Spot } from "./world.ts";

export interface RoundOptions {
  readonly seed: number;
  /** How many messages are under way at a time. */
  readonly window: number;
  readonly canary: boolean;
  /** Wakes by hand what waits. */
  readonly nudge?: boolean;
  /** How many may wait in a session: with a cap, not every message is answered, and not all that was said is seen. */
  readonly cap?: number;
}

export interface RoundReport {
  readonly counts: Counts;
  readonly faults: readonly string[];
  readonly canaries: { readonly requests: number; readonly markers: number; readonly breaches: number };
}

type Say = Extract<Action, { do: "say" }>;

const AN_HOUR = 61 * 60_000;

async function* once(text: string): AsyncGenerator<ModelEvent> {
  yield { kind: "text", delta: text };
  yield { kind: "finish", usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
}

function markerFrom(random: Random): string {
  const half = (): string => Math.floor(random() * 0x1_0000_0000).toString(16).padStart(8, "0");
  return `wall-${half()}${half()}`;
}

/** What a spot's account says there, as a channel would hand it in. */
export function spoken(text: string, spot: Spot, named: boolean) {
  const { channel, account, chat, thread } = addressOf(spot);
  const { peer } = IDENTITIES[spot.identity] as Identity;
  return { ...message(text, { channel, account, chat, thread, sender: peer, kind: spot.room === null ? "dm" : "group" }), mentioned: named };
}

interface Ear {
  readonly identity: number;
  readonly pattern: RegExp;
  heard(text: string): void;
}

/** Nothing is kept of what was sent or asked: a million messages have to pass. */
function watch(harness: Harness, witness: Witness, ears: Set<Ear>): void {
  for (const name of CHANNELS) {
    harness.channel(name).sent.push = (...sent) => {
      for (const outgoing of sent) {
        witness.onSent(outgoing);
        for (const ear of ears) {
          const { channel, account, chat } = addressOf({ identity: ear.identity, room: null, thread: null });
          const { address, part } = outgoing;
          if (address.channel === channel && address.account === account && address.chat === chat && ear.pattern.test(part.text)) {
            ears.delete(ear);
            ear.heard(part.text);
          }
        }
      }
      return 0;
    };
  }
  harness.events.push = () => 0;
  harness.requests.push = () => 0;
}

async function canariesOf(reports: Harness[]): Promise<RoundReport["canaries"]> {
  const sum = (name: "requests" | "markers" | "breaches"): number => reports.reduce((total, { line }) => total + line.canaries[name], 0);
  return { requests: sum("requests"), markers: sum("markers"), breaches: sum("breaches") };
}

/** What is under way in a round. */
interface Round {
  readonly options: RoundOptions;
  readonly directory: string;
  readonly random: Random;
  readonly witness: Witness;
  readonly ears: Set<Ear>;
  readonly underWay: Promise<unknown>[];
  /** All that were opened; the last one runs. */
  readonly houses: Harness[];
  /** By how many ms the clock has been put forward. */
  skew: number;
  /** Whether something was changed since everything was last still. */
  changed: boolean;
}

function newRound(options: RoundOptions): Round {
  return {
    ...{ options, directory: mkdtempSync(join(tmpdir(), "continuo-wall-")), random: randomFrom(options.seed ^ 0x5bd1e995) },
    ...{ witness: createWitness(firstState(), options.cap !== undefined), ears: new Set<Ear>(), underWay: [], houses: [], skew: 0, changed: false },
  };
}

async function open(round: Round, config: ReturnType<typeof firstConfig>): Promise<void> {
  const { directory, witness, ears, houses, options } = round;
  const clock = { now: () => Date.now() + round.skew };
  const echo = (request: Parameters<Witness["onRequest"]>[0]) => once(`re ${witness.onRequest(request)}`);
  const harness = await startHarness({ directory, clock, canary: options.canary, channels: CHANNELS, config, debounceMs: 0, queue: { cap: options.cap ?? 100_000 }, answers: { echo } });
  watch(harness, witness, ears);
  houses.push(harness);
}

function currentOf({ houses }: Round): Harness {
  return houses.at(-1) as Harness;
}

function say(round: Round, changer: Changer, action: Say): void {
  const { random, witness, underWay } = round;
  const marker = markerFrom(random);
  witness.counts.messages++;
  witness.plant(marker, action.at, action.named);
  changer.onSaid(marker, action);
  underWay.push(currentOf(round).receive(spoken(action.anew ? `/new ${marker}` : marker, action.at, action.named)));
}

/** What the changer sees of the round; `speaks` as nobody but the round can say something. */
function houseOf(round: Round, speaks: House["speaks"]): House {
  return {
    witness: round.witness,
    current: () => currentOf(round),
    speaks,
    say: (text, spot) => currentOf(round).receive(spoken(text, spot, true)),
    hears: (identity, pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nobody told ${JSON.stringify(IDENTITIES[identity])} ${pattern}`)), 30_000);
        round.ears.add({ identity, pattern, heard: (text) => (clearTimeout(timer), resolve(text)) });
      }),
  };
}

/** Waits until nothing is under way, and has the witness look at what is left. */
async function settle(round: Round, changer: Changer): Promise<void> {
  const { underWay, witness, options } = round;
  while (underWay.length > 0) await Promise.all(underWay.splice(0));
  const harness = currentOf(round);
  const waiting = (): Promise<InboxRow[]> => harness.store.all(listWaitingItems, { after: 0, limit: 1_000 });
  if (options.nudge) for (const { session_key: key } of await waiting()) harness.line.turns.wake(key);
  const left = await harness.settled().then(() => [], waiting);
  if (left.length > 0) witness.faults.push(`${left.length} messages wait that nobody works on, the first for ${left[0]?.session_key}`);
  const held = await harness.store.all(listDeliveries, { state: "held", limit: 10_000 });
  witness.settle(held.map(({ text }) => text), round.changed);
  round.changed = false;
  changer.onStill();
  // Codes run out, and the counts of tries begin anew.
  round.skew += AN_HOUR;
}

async function restart(round: Round): Promise<void> {
  const harness = currentOf(round);
  await harness.line.stop(5_000);
  await harness.kill();
  // The file as the changes have left it.
  await open(round, JSON5.parse(readFileSync(join(round.directory, "openclaw.json"), "utf8")));
}

async function perform(round: Round, changer: Changer, action: Action): Promise<void> {
  if (action.do === "say") {
    say(round, changer, action);
    if (round.underWay.length >= round.options.window) await settle(round, changer);
    return;
  }
  if (round.changed || action.do === "restart") await settle(round, changer);
  if (action.do === "restart") return restart(round);
  round.changed = true;
  round.underWay.push(changer.make(action));
}

export async function runRound(actions: readonly Action[], options: RoundOptions): Promise<RoundReport> {
  const round = newRound(options);
  const { witness, houses, directory } = round;
  await open(round, firstConfig());
  const speaks = (identity: number): void => say(round, changer, { do: "say", at: { identity, room: null, thread: null }, anew: false, named: true });
  const changer: Changer = createChanger(houseOf(round, speaks));
  try {
    for (const action of actions) {
      if (witness.faults.length > 0) break;
      await perform(round, changer, action);
    }
    await settle(round, changer);
    return { counts: witness.counts, faults: witness.faults, canaries: await canariesOf(houses) };
  } finally {
    await currentOf(round).line.stop(1_000);
    await currentOf(round).kill();
    await removeStateDir(directory);
  }
}
