import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expandHome, type Config } from "../config/index.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createMirror, rebuildMirror, type Mirror, type MirrorSource, type Rebuilt } from "../sessions/mirror/index.ts";
import { readAfter } from "../sessions/transcript.ts";
import { toSession } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { describeSession } from "../store/statements/describe-session.ts";
import { findAmends } from "../store/statements/find-amends.ts";
import { listAgentsWithSessions } from "../store/statements/list-agents-with-sessions.ts";
import { listConversations } from "../store/statements/list-conversations.ts";
import { listSessions } from "../store/statements/list-sessions.ts";
import { pageSessions } from "../store/statements/page-sessions.ts";
import type { SettingsHolder } from "./settings.ts";

export interface RunningMirror {
  onTurnEvent(event: TurnEvent): void;
  /** A session changed outside a turn: resumed, reset, renamed. */
  changed(sessionKey: string): void;
  /** These conversations were moved, or say something else: the files of those that are gone go too. */
  moved(conversations: readonly { readonly key: string; readonly sessionId: string }[]): void;
  /** Writes all files of an agent, or of all for null, anew. Errors: REQUEST_INVALID where the mirror is switched off. */
  rebuild(agentId: string | null, onProgress: (done: number, total: number) => void): Promise<Rebuilt>;
  /** Resolves when the files say what the database says. */
  written(): Promise<void>;
  stop(): Promise<void>;
}

export interface MirrorParts {
  readonly store: Store;
  readonly stateDir: string;
  readonly settings: SettingsHolder;
  readonly clock: Clock;
  readonly log: ChannelLog;
}

/** `session.store` names the file `sessions.json` of each agent; without `{agentId}` in its folder, each gets one beside. */
function sessionsDir(stateDir: string, template: string | undefined, agentId: string): string {
  if (template === undefined) return join(stateDir, "agents", agentId, "sessions");
  const named = dirname(template).includes("{agentId}");
  const directory = dirname(expandHome(template.replaceAll("{agentId}", agentId)));
  return named ? directory : join(directory, agentId);
}

/** What the mirror reads of the store. */
function sourceOf(store: Store): MirrorSource {
  return {
    readSession: async (key) => {
      const row = await store.get(describeSession, { key });
      return row ? toSession(row) : null;
    },
    pageSessions: async (agentId, after, limit) => (await store.all(pageSessions, { agent: agentId, after, limit })).map(toSession),
    readEntries: (sessionId, after, limit) => readAfter(store, sessionId, after, limit),
    countAmends: async (sessionId) => (await store.get(findAmends, { session_id: sessionId }))?.amends ?? 0,
  };
}

const MOST_CONVERSATIONS = 100_000;

async function rebuild({ store, stateDir, settings }: MirrorParts, mirror: Mirror, agentId: string | null, onProgress: (done: number, total: number) => void): Promise<Rebuilt> {
  const { session } = settings.current().config;
  if (!session.mirror) throw new ContinuoError("REQUEST_INVALID", "There is no mirror: session.mirror is false.", { fields: { cure: "Set session.mirror to true first." } });
  const agents = (await store.all(listAgentsWithSessions, {})).filter(({ agent_id: id }) => agentId === null || id === agentId);
  return rebuildMirror({
    ...{ mirror, source: sourceOf(store), onProgress },
    agents: agents.map(({ agent_id: id }) => id),
    total: agents.reduce((sum, { count }) => sum + Number(count), 0),
    sessionsDir: (agent) => sessionsDir(stateDir, session.store, agent),
    conversationsOf: async (key) => (await store.all(listConversations, { key, limit: MOST_CONVERSATIONS })).map(({ session_id: id }) => id),
    isThere: async (sessionId) => (await store.get(findAmends, { session_id: sessionId })) !== undefined,
  });
}

/** Writes the files anew while no gateway runs. */
export async function rebuildAlone(parts: MirrorParts, agentId: string | null, onProgress: (done: number, total: number) => void): Promise<Rebuilt> {
  const { store, stateDir, settings, clock, log } = parts;
  const mirror = createMirror({ clock, log, sessionsDir: (agent) => sessionsDir(stateDir, settings.current().config.session.store, agent), source: sourceOf(store) });
  try {
    return await rebuild(parts, mirror, agentId, onProgress);
  } finally {
    await mirror.close();
  }
}

/** Every directory that holds, or once held, the files of an agent. */
export function mirrorDirectories(stateDir: string, config: Config): string[] {
  const agents = join(stateDir, "agents");
  const kept = existsSync(agents) ? readdirSync(agents) : [];
  const named = (config.agents.list ?? []).map(({ id }) => id);
  return [...new Set([...kept, ...named, "main"])].flatMap((agentId) => [join(agents, agentId, "sessions"), sessionsDir(stateDir, config.session.store, agentId)]).filter((path, index, all) => all.indexOf(path) === index);
}

/** Joins the readable files beside the database (spec A7) to what turns do; nothing waits for it. */
export function startMirror(parts: MirrorParts): RunningMirror {
  const { store, stateDir, settings, clock, log } = parts;
  const mirror = createMirror({
    clock,
    log,
    sessionsDir: (agentId) => sessionsDir(stateDir, settings.current().config.session.store, agentId),
    source: sourceOf(store),
  });
  const wanted = (): boolean => settings.current().config.session.mirror;
  if (wanted()) touchLatest(store, mirror.touch).catch((error: unknown) => log.warn({ err: error }, "the mirror could not catch up; it does with each session's next turn"));
  const told = new Set<string>();
  return {
    onTurnEvent(event) {
      if (event.kind === "delta") return;
      if (event.kind === "joined") {
        if (wanted()) mirror.touch(event.sessionKey);
        return;
      }
      if (event.kind === "started") {
        if (!wanted()) return;
        told.add(event.turnId);
        mirror.turnStarted(event.sessionKey, event.agentId, event.sessionId);
        // A turn that it knows of also ends for it, though it may have been switched off meanwhile.
      } else if (told.delete(event.turnId) || wanted()) mirror.turnEnded(event.sessionKey, event.agentId, event.sessionId);
      if (wanted()) mirror.touch(event.sessionKey);
    },
    changed(sessionKey) {
      if (wanted()) mirror.touch(sessionKey);
    },
    moved(conversations) {
      if (!wanted()) return;
      for (const { key, sessionId } of conversations) {
        mirror.touch(key);
        mirror.touchTranscript(agentOf(key), sessionId);
      }
    },
    rebuild: (agentId, onProgress) => rebuild(parts, mirror, agentId, onProgress),
    written: () => mirror.flush(),
    stop: () => mirror.close(),
  };
}

/** Whose directory the files of a key are in; where everybody shares one session it is the default agent's. */
function agentOf(key: string): string {
  return /^agent:([^:]+):/.exec(key)?.[1] ?? "main";
}

/** Files follow the database within seconds; with a minute, nothing that a killed gateway left out is missed. */
const CATCH_UP_MS = 60_000;
const CATCH_UP_SESSIONS = 1_000;
const CATCH_UP_PAGE = 100;

/** What the last gateway may have committed without writing it here before it died. */
async function touchLatest(store: Store, touch: (key: string) => void): Promise<void> {
  const [newest] = await store.all(listSessions, { since: 0, limit: 1, offset: 0 });
  if (!newest) return;
  const since = newest.updated_at - CATCH_UP_MS;
  for (let offset = 0; offset < CATCH_UP_SESSIONS; offset += CATCH_UP_PAGE) {
    const rows = await store.all(listSessions, { since, limit: CATCH_UP_PAGE, offset });
    for (const { key } of rows) touch(key);
    if (rows.length < CATCH_UP_PAGE) return;
    await nextTurn();
  }
}
