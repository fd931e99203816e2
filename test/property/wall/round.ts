/** One round: a list of actions done to a real line, with everything that a model is shown looked at. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import JSON5 from "json5";
import type { ModelEvent } from "../../../src/agent/providers/provider.ts";
import { listDeliveries } from "../../../src/store/statements/list-deliveries.ts";
import { listWaitingItems } from "../../../src/store/statements/list-waiting-items.ts";
import type { InboxRow } from "../../../src/store/tables.ts";
import { message, startHarness, type Harness } from "../../line/harness.ts";
import { randomFrom, type Action, type Random } from "./actions.ts";
import { createChanger, type Changer } from "./changer.ts";
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
}

export interface RoundReport {
  readonly counts: Counts;
  readonly faults: readonly string[];
  readonly canaries: { readonly requests: number; readonly markers: number; readonly breaches: number };
}

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

export interface House {
  readonly witness: Witness;
  current(): Harness;
  say(text: string, spot: Spot): Promise<unknown>;
  /** Has an account say something new in private, as anybody might just then. */
  speaks(identity: number): void;
  /** Resolves with the next text of this pattern that is sent to an account in private. */
  hears(identity: number, pattern: RegExp): Promise<string>;
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

export async function runRound(actions: readonly Action[], { seed, window, canary, nudge }: RoundOptions): Promise<RoundReport> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-wall-"));
  const random = randomFrom(seed ^ 0x5bd1e995);
  const witness = createWitness(firstState());
  const ears = new Set<Ear>();
  const underWay: Promise<unknown>[] = [];
  const houses: Harness[] = [];
  let skew = 0;
  const clock = { now: () => Date.now() + skew };
  const open = async (config: ReturnType<typeof firstConfig>): Promise<Harness> => {
    const echo = (request: Parameters<Witness["onRequest"]>[0]) => once(`re ${witness.onRequest(request)}`);
    const harness = await startHarness({ directory, clock, canary, channels: CHANNELS, config, debounceMs: 0, answers: { echo } });
    watch(harness, witness, ears);
    houses.push(harness);
    return harness;
  };
  let harness = await open(firstConfig());
  const say = (action: Extract<Action, { do: "say" }>): void => {
    const marker = markerFrom(random);
    witness.counts.messages++;
    witness.plant(marker, action.at, action.named);
    changer.onSaid(marker, action);
    underWay.push(harness.receive(spoken(action.anew ? `/new ${marker}` : marker, action.at, action.named)));
  };

  const house: House = {
    witness,
    current: () => harness,
    speaks: (identity) => say({ do: "say", at: { identity, room: null, thread: null }, anew: false, named: true }),
    say: (text, spot) => harness.receive(spoken(text, spot, true)),
    hears: (identity, pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`nobody told ${JSON.stringify(IDENTITIES[identity])} ${pattern}`)), 30_000);
        ears.add({ identity, pattern, heard: (text) => (clearTimeout(timer), resolve(text)) });
      }),
  };
  const changer: Changer = createChanger(house);
  let changed = false;

  const waiting = (): Promise<InboxRow[]> => harness.store.all(listWaitingItems, { after: 0, limit: 1_000 });

  const settle = async (): Promise<void> => {
    while (underWay.length > 0) await Promise.all(underWay.splice(0));
    if (nudge) for (const { session_key: key } of await waiting()) harness.line.wake(key);
    const left = await harness.settled().then(() => [], waiting);
    if (left.length > 0) witness.faults.push(`${left.length} messages wait that nobody works on, the first for ${left[0]?.session_key}`);
    const held = await harness.store.all(listDeliveries, { state: "held", limit: 10_000 });
    witness.settle(held.map(({ text }) => text), changed);
    changed = false;
    changer.onStill();
    // Codes run out, and the counts of tries begin anew.
    skew += AN_HOUR;
  };
  try {
    for (const action of actions) {
      if (witness.faults.length > 0) break;
      if (action.do === "say") {
        say(action);
        if (underWay.length >= window) await settle();
        continue;
      }
      if (changed || action.do === "restart") await settle();
      if (action.do === "restart") {
        await harness.line.stop(5_000);
        await harness.kill();
        // The file as the changes have left it.
        harness = await open(JSON5.parse(readFileSync(join(directory, "openclaw.json"), "utf8")));
        continue;
      }
      changed = true;
      underWay.push(changer.make(action));
    }
    await settle();
    return { counts: witness.counts, faults: witness.faults, canaries: await canariesOf(houses) };
  } finally {
    await harness.line.stop(1_000);
    await harness.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}
