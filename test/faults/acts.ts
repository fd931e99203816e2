import { setTimeout as sleep } from "node:timers/promises";
import type { ProbePoint } from "../../src/domain/probe.ts";
import { SERVER_FAULT, type Fault } from "../servers/telegram-server.ts";
import type { Weather } from "../servers/tcp-proxy.ts";
import type { Harm } from "../store/archive.ts";
import { nameOfPoint, POINTS, type Drawn } from "./plan.ts";
import type { Slot } from "./slot.ts";
import type { Talk } from "./talk.ts";
import { echo, type Line, type Town, type Trouble } from "./town.ts";

export interface Stage {
  readonly town: Town;
  readonly talk: Talk;
  /** What goes on beside the next faults; it is waited for before anything is judged. */
  readonly lasting: Set<Promise<unknown>>;
  readonly leaseMs: number;
}

/** Does what was drawn; resolves, when the next may come, to the name under which it counts. */
type Act = (stage: Stage, slot: Slot, drawn: Drawn) => Promise<string | void>;

const AT_ANY_MOMENT = "kill -9 at any moment";
const HOUR_MS = 3_600_000;
/** Who is to die at a step that nobody comes by dies where they are. */
const COMES_BY_MS = 3_000;

function beside({ lasting }: Stage, work: Promise<unknown>): void {
  const done = work.finally(() => lasting.delete(done));
  lasting.add(done);
  done.catch(() => undefined); // whoever waits for all that lasts is told
}

const killAt = (point: ProbePoint): Act => async (_stage, slot, { nth }) => {
  const { victim } = slot.now() ?? (await slot.start());
  const times = point === "streaming" ? nth * 3 : 1 + (nth % 2);
  await victim.arm({ point, nth: times });
  const died = await Promise.race([victim.dead.then(() => true), sleep(COMES_BY_MS, false)]);
  if (!died) await slot.kill();
  await slot.start();
  if (!died) return AT_ANY_MOMENT;
};

const killNow: Act = async (_stage, slot) => {
  await slot.kill();
  await slot.start();
};

const killAll: Act = async ({ town }) => {
  await Promise.all(town.slots.map((slot) => slot.kill()));
  await Promise.all(town.slots.map((slot) => slot.start()));
};

const restart = (meanwhile: boolean): Act => async (_stage, slot) => {
  const { victim } = slot.now() ?? (await slot.start());
  victim.signal("SIGTERM");
  if (!meanwhile) await victim.dead;
  await slot.start();
};

const holdStill = (past: boolean): Act => async (stage, slot, { lastsMs }) => {
  const { victim } = slot.now() ?? (await slot.start());
  victim.signal("SIGSTOP");
  await sleep(past ? stage.leaseMs + lastsMs : lastsMs);
  victim.signal("SIGCONT");
};

const moveClock = (byMs: number): Act => async (_stage, slot) => slot.moveClock(byMs);

const fillDisk: Act = async (stage, slot, { lastsMs }) => {
  slot.disk?.fill();
  beside(stage, sleep(lastsMs).then(() => slot.disk?.free()));
};

function linesOf({ town }: Stage, { slot }: Drawn, to: Line["to"]): Line[] {
  return town.lines.filter((line) => line.slot === slot && line.to === to);
}

const breakLines = (to: Line["to"]): Act => async (stage, _slot, drawn) => {
  for (const { proxy } of linesOf(stage, drawn, to)) proxy[drawn.nth === 1 ? "drop" : "reset"]();
};

const badWeather = (to: Line["to"], weather: (drawn: Drawn) => Weather): Act => async (stage, _slot, drawn) => {
  const lines = linesOf(stage, drawn, to);
  for (const { proxy } of lines) proxy.set(weather(drawn));
  beside(stage, sleep(drawn.lastsMs).then(() => lines.forEach(({ proxy }) => proxy.set({ kind: "clear" }))));
};

const always = (weather: Weather) => (): Weather => weather;

const unreachable = (to: Line["to"]): Act => async (stage, slot, drawn) => {
  await badWeather(to, always({ kind: "refuse" }))(stage, slot, drawn);
  for (const { proxy } of linesOf(stage, drawn, to)) proxy.reset();
};

const refuseCalls = (fault: Fault): Act => async ({ town }, _slot, { bot, nth }) => {
  for (const method of ["sendMessage", "editMessageText", "getUpdates"]) town.bots[bot]?.fail(method, fault, nth);
};

const deliverAgain: Act = async ({ town, talk }, _slot, { nth }) => {
  for (const { bot, id } of talk.updates.slice(-5 * nth)) town.bots[bot]?.redeliver(id);
};

const answerBadly = (how: (drawn: Drawn) => Trouble, times: (drawn: Drawn) => number = ({ nth }) => nth): Act => async ({ town }, _slot, drawn) => {
  for (let i = 0; i < times(drawn); i++) town.troubles.push(how(drawn));
};

/** Long enough to be shown as a message that grows. */
const HESITATION = "Let me think about that for a moment, it is not so easy to say. ";

const cutClients: Act = async ({ town }) => {
  for (const slot of town.slots) slot.now()?.client.socket.terminate();
};

const inStore = (what: Harm): Act => async ({ town }, _slot, { lastsMs }) => {
  await town.archive.harm(what, lastsMs);
};

export const ACTS: Readonly<Record<string, Act>> = {
  ...Object.fromEntries(POINTS.map((point) => [nameOfPoint(point), killAt(point)])),
  [AT_ANY_MOMENT]: killNow,
  "kill -9 of all gateways at once": killAll,
  "SIGTERM, the next starts after": restart(false),
  "SIGTERM, the next starts meanwhile": restart(true),
  "SIGSTOP, SIGCONT": holdStill(false),
  "SIGSTOP past its lease, SIGCONT": holdStill(true),
  "clock + 1 h": moveClock(HOUR_MS),
  "clock - 1 h": moveClock(-HOUR_MS),
  "disk full": fillDisk,
  "Telegram: connections reset": breakLines("telegram"),
  "Telegram: unreachable": unreachable("telegram"),
  "Telegram: slow": badWeather("telegram", ({ lastsMs }) => ({ kind: "delay", ms: lastsMs / 2 })),
  "Telegram: half-open": badWeather("telegram", always({ kind: "silent" })),
  "Telegram: answers lost": badWeather("telegram", always({ kind: "mute" })),
  "Telegram: 429": refuseCalls({ kind: "limited", retryAfterS: 1 }),
  "Telegram: 5xx": refuseCalls(SERVER_FAULT),
  "Telegram: updates again": deliverAgain,
  "model: connections reset": breakLines("model"),
  "model: unreachable": unreachable("model"),
  "model: half-open": badWeather("model", always({ kind: "silent" })),
  "model: error": answerBadly(({ bot }) => () => ({ kind: "fail", status: bot === 0 ? 500 : 429 })),
  "model: hangs": answerBadly(() => () => ({ kind: "hang" }), () => 1),
  "model: slow": answerBadly(({ lastsMs }) => (marks) => ({ kind: "hold", first: HESITATION, until: sleep(1_000 + lastsMs), text: echo(marks) })),
  "model: cut off": answerBadly(({ bot }) => () => ({ kind: bot === 0 ? "cut" : "unfinished", text: HESITATION })),
  "client: connection cut": cutClients,
  "PostgreSQL: kill -9": inStore("kill"),
  "PostgreSQL: immediate shutdown": inStore("shutdown"),
  "PostgreSQL: connections terminated": inStore("terminate"),
  "PostgreSQL: connections reset": breakLines("store"),
  "PostgreSQL: unreachable": unreachable("store"),
  "PostgreSQL: half-open": badWeather("store", always({ kind: "silent" })),
  "PostgreSQL: slow": badWeather("store", ({ lastsMs }) => ({ kind: "delay", ms: lastsMs / 10 })),
};
