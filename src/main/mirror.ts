import { join } from "node:path";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { createMirror } from "../sessions/mirror/index.ts";
import { readAfter } from "../sessions/transcript.ts";
import { toSession } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import { describeSession } from "../store/statements/describe-session.ts";
import { pageSessions } from "../store/statements/page-sessions.ts";
import type { SettingsHolder } from "./settings.ts";

export interface RunningMirror {
  onTurnEvent(event: TurnEvent): void;
  /** A session changed outside a turn: resumed, reset, renamed. */
  changed(sessionKey: string): void;
  stop(): Promise<void>;
}

export interface MirrorParts {
  readonly store: Store;
  readonly stateDir: string;
  readonly settings: SettingsHolder;
  readonly clock: Clock;
  readonly log: ChannelLog;
}

/** Joins the readable files beside the database (spec A7) to what turns do; nothing waits for it. */
export function startMirror(parts: MirrorParts): RunningMirror {
  const { store, stateDir, settings, clock, log } = parts;
  const mirror = createMirror({
    clock,
    log,
    sessionsDir: (agentId) => join(stateDir, "agents", agentId, "sessions"),
    source: {
      readSession: async (key) => {
        const row = await store.get(describeSession, { key });
        return row ? toSession(row) : null;
      },
      pageSessions: async (agentId, after, limit) => (await store.all(pageSessions, { agent: agentId, after, limit })).map(toSession),
      readEntries: (sessionId, after, limit) => readAfter(store, sessionId, after, limit),
    },
  });
  return {
    onTurnEvent(event) {
      if (event.kind === "delta") return;
      const wanted = settings.current().config.session.mirror;
      // An end is always told: the mirror may have been switched off while the turn ran.
      if (event.kind !== "started") mirror.turnEnded(event.sessionKey, event.agentId, event.sessionId);
      else if (wanted) mirror.turnStarted(event.sessionKey, event.agentId, event.sessionId);
      if (wanted) mirror.touch(event.sessionKey);
    },
    changed(sessionKey) {
      if (settings.current().config.session.mirror) mirror.touch(sessionKey);
    },
    stop: () => mirror.close(),
  };
}
