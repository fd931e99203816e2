/** What happens in one round, drawn from a seed; plain data, so that a failing round can be cut down and printed. */
import type { DmScope } from "../../../src/domain/route.ts";
import type { Sharing } from "./model.ts";
import { CHANNELS, IDENTITIES, ROOMS, type Spot } from "./world.ts";

export type Action =
  /** `anew`: with `/new` before it. `named` is false for what is only overheard in a room. */
  | { readonly do: "say"; readonly at: Spot; readonly anew: boolean; readonly named: boolean }
  /** Two accounts link themselves with a code; by `no` one refuses, by `silent` one never answers, by `wrong` the code is wrong. */
  | { readonly do: "link"; readonly issuer: number; readonly redeemer: number; readonly how: "yes" | "no" | "silent" | "wrong" }
  | { readonly do: "unlink"; readonly identity: number }
  /** The operator links and unlinks. */
  | { readonly do: "give"; readonly identity: number; readonly name: string }
  | { readonly do: "take"; readonly identity: number }
  | { readonly do: "scope"; readonly channel: string | null; readonly scope: DmScope }
  /** `session.groupScope` and `session.scope`, both at once. */
  | { readonly do: "share"; readonly sharing: Sharing }
  | { readonly do: "rollback" }
  | { readonly do: "restart" };

export type Random = () => number;

/** Mulberry32: small, seeded, good enough to spread. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SCOPES: readonly DmScope[] = ["auto", "auto", "auto", "per-channel-peer", "per-account-channel-peer", "per-peer", "main"];
/** Mostly each has its own: else there would be no wall to look at. */
const SHARINGS: readonly Sharing[] = ["none", "none", "rooms", "rooms", "all"];
const EACH = IDENTITIES.length / 50;

export interface Draw {
  readonly messages: number;
  /** How many messages there are to one change of who shares what. */
  readonly each: number;
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** Few humans speak much, and with few of their accounts, so that what they say meets; all speak now and then. */
function speaker(random: Random): number {
  const human = Math.floor(random() ** 2 * 50);
  const account = Math.floor(random() ** 2 * EACH);
  return human * EACH + account;
}

/** Mostly two accounts of one human; sometimes two humans who want it so. */
function pair(random: Random): readonly [number, number] {
  const a = speaker(random);
  const human = Math.floor(a / EACH);
  if (random() < 0.2) return [a, speaker(random)];
  return [a, human * EACH + Math.floor(random() ** 2 * EACH)];
}

function change(random: Random, linked: number[]): Action {
  const roll = random();
  if (roll < 0.42) {
    const [issuer, redeemer] = pair(random);
    linked.push(issuer, redeemer);
    const how = random();
    return { do: "link", issuer, redeemer, how: how < 0.8 ? "yes" : how < 0.87 ? "no" : how < 0.94 ? "silent" : "wrong" };
  }
  if (roll < 0.62) return { do: "unlink", identity: linked.length > 0 ? pick(random, linked) : speaker(random) };
  if (roll < 0.7) {
    const identity = speaker(random);
    linked.push(identity);
    return { do: "give", identity, name: `Person ${Math.floor(identity / EACH)}` };
  }
  if (roll < 0.76) return { do: "take", identity: linked.length > 0 ? pick(random, linked) : speaker(random) };
  if (roll < 0.8) return { do: "share", sharing: pick(random, SHARINGS) };
  if (roll < 0.9) return { do: "scope", channel: random() < 0.3 ? pick(random, CHANNELS) : null, scope: pick(random, SCOPES) };
  return roll < 0.975 ? { do: "rollback" } : { do: "restart" };
}

function say(random: Random): Action {
  const identity = speaker(random);
  if (random() < 0.2) {
    const at = { identity, room: Math.floor(random() * ROOMS), thread: random() < 0.2 ? "7" : null };
    return { do: "say", at, anew: false, named: random() < 0.6 };
  }
  return { do: "say", at: { identity, room: null, thread: random() < 0.05 ? "9" : null }, anew: random() < 0.04, named: true };
}

export function drawActions(seed: number, { messages, each }: Draw): Action[] {
  const random = randomFrom(seed);
  const linked: number[] = [];
  const actions: Action[] = [];
  for (let said = 0; said < messages; said++) {
    if (random() < 1 / each) actions.push(change(random, linked));
    actions.push(say(random));
  }
  return actions;
}
