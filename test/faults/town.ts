import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayConfig, modelConfig, OPEN, questionOf } from "../e2e/house.ts";
import { startModelServer, type Behaviour, type ModelServer } from "../servers/model-server.ts";
import { startTcpProxy, type TcpProxy } from "../servers/tcp-proxy.ts";
import { startTelegramServer, type TelegramServer } from "../servers/telegram-server.ts";
import { openArchive, type Archive } from "../store/archive.ts";
import type { Engine } from "../store/engine.ts";
import { marksOf, stampOf } from "./scene.ts";
import { createSlot, type Slot } from "./slot.ts";
import type { Bundle } from "./victim.ts";

/** What becomes of a request that asks about these marks. */
export type Trouble = (marks: readonly string[]) => Behaviour;

/** Gateways on one store, with two bots of the platform and a model outside of them, and weather on every line. */
export interface Town {
  readonly slots: readonly Slot[];
  /** The accounts `default` and `work`. */
  readonly bots: readonly TelegramServer[];
  readonly model: ModelServer;
  readonly lines: readonly Line[];
  readonly archive: Archive;
  /** What befalls the next requests to the model; without any it answers. */
  readonly troubles: Trouble[];
  close(): Promise<void>;
}

/** Between one gateway and somebody it talks to. */
export interface Line {
  readonly slot: number;
  readonly to: "telegram" | "model" | "store";
  readonly proxy: TcpProxy;
}

export interface TownPlan {
  readonly engine: Engine;
  readonly gateways: number;
  readonly bundle: Bundle;
}

const QUEUE_CAP = 500;
/** Shorter than in production: who dies is missed sooner, and more faults fit into an hour. */
export const LEASE_MS = 3_000;
/** The same: a reply that met many faults is not tried again only after minutes, and therefore more often. */
const RETRY_SECONDS = 15;
const RETRY_ATTEMPTS = 100;
export const ACCOUNTS = ["default", "work"] as const;
/** A model that hangs for longer gets no more patience; what it was asked ends with a notice. */
const TURN_SECONDS = 10;

export function echo(marks: readonly string[]): string {
  return `I heard ${marks.join(" and ")} just now.`;
}

const answer: Trouble = (marks) => ({ kind: "reply", text: echo(marks), spread: true });

/** The same servers, as seen through this gateway's own lines. */
async function layLines(slot: number, bots: readonly TelegramServer[], model: ModelServer, archive: Archive) {
  const ports = [...bots.map(({ apiRoot }) => Number(new URL(apiRoot).port)), Number(new URL(model.baseUrl).port)];
  const proxies = await Promise.all(ports.map(startTcpProxy));
  const store = archive.port === null ? null : await startTcpProxy(archive.port);
  const rootOf = (proxy: TcpProxy | undefined): string => `http://127.0.0.1:${proxy?.port ?? 0}`;
  const accounts = Object.fromEntries(ACCOUNTS.map((account, i) => [account, { botToken: bots[i]?.token, apiRoot: rootOf(proxies[i]) }]));
  const config = {
    gateway: gatewayConfig(),
    ...modelConfig({ mock: { ...model, baseUrl: `${rootOf(proxies.at(-1))}/v1` } }, { timeoutSeconds: TURN_SECONDS }),
    channels: { telegram: { enabled: true, ...OPEN, accounts } },
    // What piles up while nothing works is answered all the same: what a full queue lets go is the queue's own story.
    messages: { queue: { cap: QUEUE_CAP } },
    outbox: { retry: { attempts: RETRY_ATTEMPTS, longest: `${RETRY_SECONDS}s` } },
    ...(store === null ? {} : { store: { url: archive.urlAt(store.port), lease: `${LEASE_MS / 1_000}s` } }),
  };
  const to = (index: number): Line["to"] => (index < bots.length ? "telegram" : "model");
  const lines: Line[] = proxies.map((proxy, index) => ({ slot, to: to(index), proxy }));
  return { config, lines: store === null ? lines : [...lines, { slot, to: "store" as const, proxy: store }] };
}

/** What a question is known by: the marks of people, or the instant of the job. */
function namesOf(question: string): readonly string[] {
  const stamp = stampOf(question);
  return stamp === null ? marksOf(question) : [stamp];
}

export async function openTown({ engine, gateways, bundle }: TownPlan): Promise<Town> {
  const home = mkdtempSync(join(tmpdir(), "continuo-town-"));
  const bots = await Promise.all(ACCOUNTS.map(() => startTelegramServer()));
  const troubles: Trouble[] = [];
  const model = await startModelServer({ record: false, behave: (body) => (troubles.shift() ?? answer)(namesOf(questionOf(body))) });
  const archive = await openArchive(engine, join(home, "gateway-1"));
  const laid = await Promise.all(Array.from({ length: gateways }, (_, slot) => layLines(slot, bots, model, archive)));
  const lines = laid.flatMap((one) => one.lines);
  const slots = laid.map(({ config }, index) => createSlot({ name: `gateway-${index + 1}`, bundle, stateDir: join(home, `gateway-${index + 1}`), config }));
  return {
    ...{ slots, bots, model, lines, archive, troubles },
    async close() {
      await Promise.all(slots.map((slot) => slot.close()));
      await Promise.all([...bots, model, ...lines.map(({ proxy }) => proxy), archive].map((one) => one.close()));
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
