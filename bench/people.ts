/** Whether knowing many people makes a route slower: from the people tables, and from the file's links. Pure: no gateway, no disk. */
import { directMessage, type InboundMessage } from "../src/domain/message.ts";
import { createDirectory, type PeopleChange } from "../src/people/index.ts";
import { compileRouting, resolveRoute, type CompiledRouting, type RoutingSource } from "../src/routing/index.ts";
import { nameKey } from "../src/routing/people.ts";
import type { Bench } from "./lib/bench.ts";
import { median } from "./lib/stats.ts";

const PEOPLE = 10_000;
const CHANNELS = ["telegram", "discord", "slack", "signal", "whatsapp"];
const IDENTITIES = PEOPLE * CHANNELS.length;
const MESSAGES = 4_096;
const ROUTES = 500_000;
const RUNS = 9;

const nameOf = (person: number): string => `Person ${person}`;
const peerOf = (person: number, channel: string): string => `${channel}-${person}`;

/** Each has an account on every channel. */
function everybody(): PeopleChange {
  const all = Array.from({ length: PEOPLE }, (_, person) => person);
  return {
    persons: all.map((person) => ({ id: `p${person}`, before: null, after: { id: `p${person}`, name: nameOf(person), name_key: nameKey(nameOf(person)), role: "member", created_at: 0 } })),
    identities: all.flatMap((person) =>
      CHANNELS.map((channel) => {
        const ref = { channel, account: "default", peer: peerOf(person, channel) };
        return { ref, before: null, after: { ...ref, person_id: `p${person}`, display_name: null, proved_by: "code" as const, proved_at: 0 } };
      }),
    ),
  };
}

const settings: RoutingSource = { channels: Object.fromEntries(CHANNELS.map((name) => [name, {}])) };

function linkedByFile(): RoutingSource {
  const links = Array.from({ length: PEOPLE }, (_, person) => [nameOf(person), CHANNELS.map((channel) => `${channel}:${peerOf(person, channel)}`)] as const);
  return { ...settings, session: { identityLinks: Object.fromEntries(links) } };
}

/** Private messages, spread over all people; every fourth is a stranger's. */
function messages(): InboundMessage[] {
  return Array.from({ length: MESSAGES }, (_, index) => {
    const channel = CHANNELS[index % CHANNELS.length] ?? "telegram";
    const person = Math.floor((index / MESSAGES) * PEOPLE);
    return directMessage({ channel, account: "default", senderId: index % 4 === 0 ? `stranger-${index}` : peerOf(person, channel) }, { text: "Hello" });
  });
}

function nsPerRoute(compiled: CompiledRouting, all: readonly InboundMessage[]): number {
  // The length of the keys is added up so that no route can be optimised away.
  let length = 0;
  const began = performance.now();
  for (let route = 0; route < ROUTES; route++) {
    const message = all[route % MESSAGES];
    if (message !== undefined) length += resolveRoute(compiled, message).sessionKey.length;
  }
  const tookMs = performance.now() - began;
  if (length === 0) throw new Error("nothing was routed");
  return (tookMs * 1e6) / ROUTES;
}

/** A bench whose messages are all strangers' would measure nothing. */
function knownShare(compiled: CompiledRouting, all: readonly InboundMessage[]): number {
  return all.filter((message) => resolveRoute(compiled, message).person !== null).length / all.length;
}

export const people: Bench = {
  name: "people",
  description: `the time of a route with ${PEOPLE.toLocaleString("en-US")} people of ${IDENTITIES.toLocaleString("en-US")} accounts, over one that knows nobody`,
  async run(say) {
    const directory = createDirectory();
    const began = performance.now();
    directory.apply(everybody(), "after");
    const applyMs = performance.now() - began;
    const cases = [compileRouting(settings, createDirectory()), compileRouting(settings, directory), compileRouting(linkedByFile())] as const;
    const all = messages();
    const times: [number[], number[], number[]] = [[], [], []];
    for (let run = 0; run <= RUNS; run++) {
      say(run === 0 ? "warming up" : `run ${run} of ${RUNS}: ${ROUTES.toLocaleString("en-US")} routes each`);
      // In turn, so that a slow moment of the machine hits all.
      for (const [index, compiled] of cases.entries()) {
        const ns = nsPerRoute(compiled, all);
        if (run > 0) times[index]?.push(ns);
      }
    }
    const [empty, table, file] = times;
    /** Of each run by itself: what slows the machine down slows all of them down. */
    const ratio = (many: readonly number[]): number => median(many.map((ns, run) => ns / (empty[run] ?? Number.NaN)));
    return [
      { key: "nsEmpty", value: median(empty), unit: "ns", means: "a route, nobody known" },
      { key: "nsDirectory", value: median(table), unit: "ns", means: "a route, all of them in the people tables" },
      { key: "nsLinks", value: median(file), unit: "ns", means: "a route, all of them in the file's links" },
      { key: "ratioDirectory", value: ratio(table), unit: "x", bar: { is: "at most", value: 1.5 }, means: "people tables over nobody, median of the runs" },
      { key: "ratioLinks", value: ratio(file), unit: "x", bar: { is: "at most", value: 1.5 }, means: "the file's links over nobody, median of the runs" },
      { key: "knownShare", value: knownShare(cases[1], all), unit: "", means: "share of the messages whose sender is somebody" },
      { key: "directoryMs", value: applyMs, unit: "ms", means: "making the directory in memory, once at the start" },
    ];
  },
};
