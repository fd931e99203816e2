/** Routes a second, and whether many bindings make a route slower. Pure: no gateway, no disk. */
import type { InboundMessage } from "../src/domain/message.ts";
import { compileRouting, resolveRoute, type CompiledRouting, type RoutingSource } from "../src/routing/index.ts";
import type { Bench } from "./lib/bench.ts";
import { median } from "./lib/stats.ts";

type Binding = NonNullable<RoutingSource["bindings"]>[number];

const FEW = 100;
const MANY = 80_000;
const MESSAGES = 1_024;
const ROUTES = 1_000_000;
const RUNS = 5;

const AGENTS = ["main", "coder", "family", "support"];
const agentOf = (index: number): string => AGENTS[index % AGENTS.length] ?? "main";

/** All kinds in turn: a peer, a room, a forum's rooms, a guild, a guild with roles, a team, an account, a channel. */
function binding(index: number): Binding {
  const agentId = agentOf(index);
  switch (index % 8) {
    case 0:
      return { agentId, match: { channel: "telegram", peer: { kind: "dm", id: `u${index}` } } };
    case 1:
      return { agentId, match: { channel: "telegram", peer: { kind: "group", id: `g${index}` } } };
    case 2:
      return { agentId, match: { channel: "discord", peer: { kind: "channel", id: `forum${index}` } } };
    case 3:
      return { agentId, match: { channel: "discord", guildId: `guild${index}` } };
    case 4:
      return { agentId, match: { channel: "discord", guildId: `guild${index - 1}`, roles: [`role${index}`, "admin"] } };
    case 5:
      return { agentId, match: { channel: "slack", teamId: `team${index}` } };
    case 6:
      return { agentId, match: { channel: "whatsapp", accountId: `account${index}` } };
    default:
      return { agentId, match: { channel: `channel${index}`, accountId: "*" } };
  }
}

interface Where {
  readonly channel: string;
  readonly account?: string;
  readonly kind: InboundMessage["chatKind"];
  readonly chat: string;
  readonly parent?: string;
  readonly guild?: string;
  readonly team?: string;
  readonly roles?: readonly string[];
}

function messageAt(index: number, where: Where): InboundMessage {
  const { channel, account = "default", chat } = where;
  return {
    address: { channel, account, chat, thread: null },
    chatKind: where.kind,
    sender: { id: where.kind === "dm" ? chat : `sender${index}`, name: null, username: null },
    messageId: `m${index}`,
    text: "Hello",
    mentioned: true,
    sentAt: 0,
    place: { title: null, parentChat: where.parent ?? null, guildId: where.guild ?? null, teamId: where.team ?? null, roles: where.roles ?? [] },
    target: null,
  };
}

/** What the binding of this index takes, when it is there; `m` before its ids makes it a miss. */
function whereOf(index: number, m: "" | "no-"): Where {
  switch (index % 8) {
    case 0:
      return { channel: "telegram", kind: "dm", chat: `${m}u${index}` };
    case 1:
      return { channel: "telegram", kind: "group", chat: `${m}g${index}` };
    case 2:
      return { channel: "discord", kind: "channel", chat: `thread${index}`, parent: `${m}forum${index}` };
    case 3:
      return { channel: "discord", kind: "channel", chat: `room${index}`, guild: `${m}guild${index}` };
    case 4:
      return { channel: "discord", kind: "channel", chat: `room${index}`, guild: `${m}guild${index - 1}`, roles: ["guest", `role${index}`] };
    case 5:
      return { channel: "slack", kind: "channel", chat: `room${index}`, team: `${m}team${index}` };
    case 6:
      return { channel: "whatsapp", kind: "dm", chat: `u${index}`, account: `${m}account${index}` };
    default:
      return { channel: `${m}channel${index}`, kind: "dm", chat: `u${index}` };
  }
}

/** Messages of all kinds, spread over all bindings; every second one meets none. */
function messagesFor(bindings: number): InboundMessage[] {
  return Array.from({ length: MESSAGES }, (_, index) => {
    // The kinds come round in turn whatever the spread is.
    const block = Math.floor((index / MESSAGES) * (bindings / 8)) * 8;
    const near = block + (Math.floor(index / 2) % 8);
    return messageAt(index, whereOf(near < bindings ? near : block, index % 2 === 0 ? "" : "no-"));
  });
}

function sourceWith(count: number): RoutingSource {
  return {
    agents: { list: AGENTS.map((id, index) => ({ id, default: index === 0 })) },
    bindings: Array.from({ length: count }, (_, index) => binding(index)),
    channels: { telegram: {}, discord: {}, slack: {}, whatsapp: {} },
  };
}

function routesPerSecond(compiled: CompiledRouting, messages: readonly InboundMessage[]): number {
  // The length of the keys is added up so that no route can be optimised away.
  let length = 0;
  const began = performance.now();
  for (let route = 0; route < ROUTES; route++) {
    const message = messages[route % MESSAGES];
    if (message !== undefined) length += resolveRoute(compiled, message).sessionKey.length;
  }
  const tookMs = performance.now() - began;
  if (length === 0) throw new Error("nothing was routed");
  return (ROUTES / tookMs) * 1000;
}

/** A bench that routes everything to the default agent would measure nothing. */
function matchedShare(compiled: CompiledRouting, messages: readonly InboundMessage[]): number {
  const matched = messages.filter((message) => !resolveRoute(compiled, message).why.agent.matchedBy.startsWith("default"));
  return matched.length / messages.length;
}

export const routing: Bench = {
  name: "routing",
  description: `routes a second with ${FEW} bindings and with ${MANY.toLocaleString("en-US")}`,
  async run(say) {
    const few = compileRouting(sourceWith(FEW));
    const manySource = sourceWith(MANY);
    const compileTimes = Array.from({ length: RUNS }, () => {
      const began = performance.now();
      compileRouting(manySource);
      return performance.now() - began;
    });
    const many = compileRouting(manySource);
    const [fewMessages, manyMessages] = [messagesFor(FEW), messagesFor(MANY)];
    const [fewRates, manyRates]: [number[], number[]] = [[], []];
    for (let run = 0; run <= RUNS; run++) {
      say(run === 0 ? "warming up" : `run ${run} of ${RUNS}: ${ROUTES.toLocaleString("en-US")} routes each`);
      // In turn, so that a slow moment of the machine hits both.
      const [a, b] = [routesPerSecond(few, fewMessages), routesPerSecond(many, manyMessages)];
      if (run === 0) continue;
      fewRates.push(a);
      manyRates.push(b);
    }
    const ratio = median(fewRates) / median(manyRates);
    return [
      { key: "routesPerSecond100", value: median(fewRates), unit: "/s", bar: { is: "at least", value: 1_000_000 }, means: `routes, ${FEW} bindings` },
      { key: "routesPerSecond80000", value: median(manyRates), unit: "/s", means: `routes, ${MANY} bindings` },
      { key: "ratio", value: ratio, unit: "x", bar: { is: "at most", value: 2 }, means: "time of a route with many over one with few" },
      { key: "compileMs80000", value: median(compileTimes), unit: "ms", means: `making ${MANY} bindings ready, once for each configuration` },
      { key: "matchedShare100", value: matchedShare(few, fewMessages), unit: "", means: "share of the messages that a binding takes, few" },
      { key: "matchedShare80000", value: matchedShare(many, manyMessages), unit: "", means: "the same, many" },
    ];
  },
};
