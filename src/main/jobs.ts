import { createJobsDesk, createScheduler, exportJobs, importJobs, isJobRun, type ImportedJobs, type JobSettings, type Scheduler } from "../automation/index.ts";
import { accountsOf, enabledChannels } from "../config/index.ts";
import type { JobsDesk } from "../operations/index.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import { mainSegment } from "../routing/keys.ts";
import { mayAnswer } from "../sessions/send-policy.ts";
import type { Store } from "../store/store.ts";
import { announceSession, publish } from "./announce.ts";
import type { House } from "./house.ts";
import type { Line } from "./line.ts";
import type { CompiledSettings, SettingsHolder } from "./settings.ts";

/** What gateways tell each other when somebody made, changed or took away a job. */
const CHANGED = "cron";
/** A receiver that is silent is no reason to wait. */
const POST_MS = 15_000;

/** The configuration as jobs need it. */
export function jobSettings(current: () => CompiledSettings): JobSettings {
  return {
    cron: () => current().config.cron,
    hasAgent: (agentId) => current().agents.list.some(({ id }) => id === agentId),
    keys: () => ({ defaultAgentId: current().agents.defaultId, main: mainSegment(current().config.session.mainKey), scope: current().config.session.scope }),
    route: (message) => current().route(message),
    audience: (message) => current().who.audience(message),
    hasAccount: (channel, account) => enabledChannels(current().config).includes(channel) && accountsOf(current().config, channel).includes(account),
    defaultAccount: (channel) => current().config.channels[channel]?.defaultAccount ?? "default",
    mayAnswer: (place, choices) => mayAnswer(current().config.session.sendPolicy, place, choices),
  };
}

/** Asked only for a job that needs it: the tables of time zones are 14 MB. */
function zoneHere(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Redirects are not followed: a token goes where it was meant to go. */
async function post({ url, headers, body }: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }): Promise<number> {
  const answer = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal: AbortSignal.timeout(POST_MS) });
  await answer.body?.cancel();
  return answer.status;
}

/** The jobs of a store that no gateway runs on: what is due waits for one. */
export function localJobs(parts: { readonly store: Store; readonly clock: Clock; readonly ids: Ids; readonly settings: SettingsHolder }): JobsDesk {
  return createJobsDesk({ ...parts, settings: jobSettings(parts.settings.current), zone: zoneHere, tell: () => undefined, wakeTurns: () => undefined, scheduler: null, onChange: () => undefined });
}

/** The jobs as an import and an export of everything meet them. */
export interface JobMover {
  importFrom(text: string, dryRun: boolean): Promise<ImportedJobs>;
  exportAll(): ReturnType<typeof exportJobs>;
}

export function jobMover({ store, clock, ids, settings }: { readonly store: Store; readonly clock: Clock; readonly ids: Ids; readonly settings: SettingsHolder }): JobMover {
  const parts = { store, clock, ids, settings: jobSettings(settings.current) };
  return { importFrom: (text, dryRun) => importJobs(parts, text, { zone: zoneHere, dryRun }), exportAll: () => exportJobs(parts) };
}

/** Every gateway looks after the jobs; what is fired is decided in the store. */
export function buildJobs(house: House, line: Line): { readonly desk: JobsDesk; readonly scheduler: Scheduler } {
  const { store, clock, ids, log, settings, cluster, listeners } = house;
  const parts = { store, clock, ids, settings: jobSettings(settings.current) };
  const tell = (event: Parameters<Parameters<typeof createJobsDesk>[0]["tell"]>[0]): void => publish(house, "cron", event);
  const wakeTurns = (key: string): void => {
    house.start.probe?.("accepted");
    line.turns.wake(key);
  };
  const scheduler = createScheduler({
    ...parts,
    world: {
      ...{ log, tell, post, wakeTurns },
      wakeOutbox: line.notices.wake,
      onSession: (key) => announceSession(house, key, "notice"),
      tellHeld: line.notices.tellHeld,
    },
  });
  // Whichever gateway ran it: who hears of its end first looks after it.
  listeners.add((event) => {
    if ((event.kind === "committed" || event.kind === "aborted" || event.kind === "failed") && event.runIds.some(isJobRun)) scheduler.wake();
  });
  cluster.bus.on(CHANGED, () => scheduler.wake());
  const desk = createJobsDesk({ ...parts, zone: zoneHere, tell, wakeTurns: line.turns.wake, scheduler, onChange: () => cluster.bus.whisper(CHANGED, {}) });
  return { desk, scheduler };
}
