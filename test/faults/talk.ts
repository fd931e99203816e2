import { setTimeout as sleep } from "node:timers/promises";
import { WireError } from "../e2e/client.ts";
import { heard } from "../e2e/town.ts";
import { between, seeded, type Random } from "./random.ts";
import { marksOf } from "./scene.ts";
import type { Town } from "./town.ts";

/** Where people talk: each mark names the room in which it was said. */
export type Room = { readonly label: string; readonly kind: "chat"; readonly bot: number; readonly chat: number; readonly from: readonly number[] } | { readonly label: string; readonly kind: "session"; readonly session: string };

/** 501 writes to both bots: one person, one conversation, and each answer belongs in the chat of its question. */
export const ROOMS: readonly Room[] = [
  { label: "ann", kind: "chat", bot: 0, chat: 501, from: [501] },
  { label: "bob", kind: "chat", bot: 0, chat: 502, from: [502] },
  { label: "annwork", kind: "chat", bot: 1, chat: 501, from: [501] },
  { label: "cleo", kind: "chat", bot: 1, chat: 601, from: [601] },
  { label: "group", kind: "chat", bot: 0, chat: -1_001_001, from: [701, 702] },
  { label: "red", kind: "session", session: "red" },
  { label: "green", kind: "session", session: "green" },
  { label: "blue", kind: "session", session: "blue" },
];

export interface Said {
  readonly mark: string;
  readonly room: Room;
  /** When, by `performance.now()`. */
  readonly at: number;
  /** The fault that had begun last, by its place in the list. */
  readonly during: number;
  answeredAt: number | null;
}

export interface Talk {
  /** Everything said so far that its gateway or its platform has taken, by mark. */
  readonly said: ReadonlyMap<string, Said>;
  /** What the platform was told, and may deliver again. */
  readonly updates: readonly { readonly bot: number; readonly id: number }[];
  /** Which fault is going on. */
  during(fault: number): void;
  start(): void;
  /** Nobody says anything new; resolves when what was said is acknowledged. */
  pause(): Promise<void>;
  end(): Promise<void>;
}

const LEAST_PAUSE_MS = 300;
const MOST_PAUSE_MS = 1_200;
/** A gateway that was stopped answers nothing: whoever asked asks again. */
const PATIENCE_MS = 3_000;
const ASK_AGAIN_MS = 50;
const WATCH_EVERY_MS = 200;

interface Voice {
  readonly town: Town;
  readonly said: Map<string, Said>;
  readonly updates: { bot: number; id: number }[];
  readonly now: { fault: number; talking: AbortController };
}

/** Says it again under the same key until somebody acknowledges it: the next time perhaps to another gateway. */
async function askUntilAcknowledged({ town }: Voice, random: Random, session: string, mark: string): Promise<void> {
  const params = { sessionKey: session, message: `please note ${mark}`, idempotencyKey: mark };
  for (;;) {
    const up = town.slots.flatMap((slot) => slot.now() ?? []);
    const running = up[between(random, 0, Math.max(1, up.length))];
    try {
      const answer = running?.client.request("chat.send", params);
      answer?.catch(() => undefined); // it may come after the patience is over
      if (answer && (await Promise.race([answer, sleep(PATIENCE_MS)]))) return;
    } catch (error) {
      // Refused for now (a full disk, a store that is away), or the gateway went away.
      if (error instanceof WireError && error.code === "INVALID_REQUEST") throw error;
    }
    await sleep(ASK_AGAIN_MS);
  }
}

async function sayOne(voice: Voice, random: Random, room: Room, mark: string): Promise<void> {
  const entry: Said = { mark, room, at: performance.now(), during: voice.now.fault, answeredAt: null };
  voice.said.set(mark, entry);
  if (room.kind === "session") return askUntilAcknowledged(voice, random, room.session, mark);
  const bot = voice.town.bots[room.bot];
  const from = room.from[between(random, 0, room.from.length)] ?? 0;
  const text = room.chat < 0 ? `@${bot?.botUsername ?? ""} please note ${mark}` : `please note ${mark}`;
  const update = await bot?.injectMessage({ chat: room.chat, from, text });
  if (update) voice.updates.push({ bot: room.bot, id: update.updateId });
}

/** One after the other in each room, so that their order is known. */
async function talkIn(voice: Voice, room: Room, random: Random, count: { said: number }): Promise<void> {
  const { signal } = voice.now.talking;
  while (!signal.aborted) {
    await sayOne(voice, random, room, `mark-${room.label}-${++count.said}`);
    await sleep(between(random, LEAST_PAUSE_MS, MOST_PAUSE_MS), undefined, { signal }).catch(() => undefined);
  }
}

/** Notes when each was answered: in its chat, or in the transcript. */
async function watch({ town, said }: Voice, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    const open = [...said.values()].filter(({ answeredAt }) => answeredAt === null);
    const inChats = open.flatMap(({ room }) => (room.kind === "chat" ? [`${room.bot} ${room.chat}`] : []));
    const texts = [...new Set(inChats)].flatMap((place) => {
      const [bot, chat] = place.split(" ").map(Number);
      const server = town.bots[bot ?? 0];
      return server ? heard(server, chat ?? 0) : [];
    });
    const keys = open.flatMap(({ room, mark }) => (room.kind === "session" ? [`'${mark}'`] : []));
    const done = keys.length === 0 ? [] : await town.archive.rows(`select run_id from inbox where state = 'done' and run_id in (${keys.join(",")})`).catch(() => []);
    const answered = new Set([...texts.flatMap(marksOf), ...done.map((row) => String(row["run_id"]))]);
    for (const one of open) if (answered.has(one.mark)) one.answeredAt = performance.now();
    await sleep(WATCH_EVERY_MS, undefined, { signal: ended }).catch(() => undefined);
  }
}

export function createTalk(town: Town, seed: number): Talk {
  const voice: Voice = { town, said: new Map(), updates: [], now: { fault: -1, talking: new AbortController() } };
  const counts = ROOMS.map((room, index) => ({ room, count: { said: 0 }, random: seeded(seed * 1_000 + index) }));
  const ended = new AbortController();
  const watching = watch(voice, ended.signal);
  let talking: Promise<unknown> = Promise.resolve();
  const pause = async (): Promise<void> => {
    voice.now.talking.abort();
    await talking;
  };
  return {
    said: voice.said,
    updates: voice.updates,
    during: (fault) => void (voice.now.fault = fault),
    start() {
      voice.now.talking = new AbortController();
      talking = Promise.all(counts.map(({ room, count, random }) => talkIn(voice, room, random, count)));
      talking.catch(() => undefined); // told by whoever pauses
    },
    pause,
    async end() {
      ended.abort();
      await Promise.all([pause(), watching]);
    },
  };
}
