import type { ChannelLog } from "../../domain/channel.ts";
import type { Clock } from "../../domain/clock.ts";
import { createComplaints, type Complaints } from "./complaints.ts";
import { createDirectories } from "./directories.ts";
import { createPace } from "./pace.ts";
import { createPages } from "./pages.ts";
import { isMirrorable } from "./places.ts";
import type { MirrorSource } from "./source.ts";
import { createTurnLocks, type LockTarget } from "./turn-locks.ts";

export interface MirrorOptions {
  readonly clock: Clock;
  readonly log: ChannelLog;
  /** Where an agent's files belong; called with safe ids only. */
  sessionsDir(agentId: string): string;
  readonly source: MirrorSource;
  /** How long a change may wait for others before it is written, ms; 1000. */
  readonly flushMs?: number;
}

export interface Mirror {
  turnStarted(key: string, agentId: string, sessionId: string): void;
  turnEnded(key: string, agentId: string, sessionId: string): void;
  /** Something about the session changed: its row and its transcript are brought up to date within `flushMs`. */
  touch(key: string): void;
  /** A transcript may have lost its entries to another: it is brought up to date, or goes. */
  touchTranscript(agentId: string, sessionId: string): void;
  /** Writes a transcript anew, or for null the agent's list, whatever lies there. */
  renew(agentId: string, sessionId: string | null): void;
  /** Resolves when everything touched before is on disk, or was told to be in trouble. Never rejects. */
  flush(): Promise<void>;
  /** Flushes, removes the locks and does nothing from then on. */
  close(): Promise<void>;
}

const FLUSH_MS = 1_000;

/**
 * Keeps readable files beside the database (spec A7, 3.1 to 3.4): `sessions.json`, `<sessionId>.jsonl` and, during a turn,
 * `<sessionId>.jsonl.lock`. Nothing waits for it and nothing reads it back: every call only marks, a timer writes.
 * Trouble with the disk is logged once and tried again; it never reaches the caller.
 */
export function createMirror(options: MirrorOptions): Mirror {
  const { clock, source } = options;
  const sessionsDir = (agentId: string): string => options.sessionsDir(agentId);
  const complaints = createComplaints(options.log);
  const directories = createDirectories({ clock, complaints, sessionsDir });
  const locks = createTurnLocks({ clock, directoryOf: (agentId) => directories.of(agentId), onError: tellLockTrouble(complaints, options) });
  const pages = createPages({ clock, source, directories, complaints, sessionsDir });
  const pace = createPace(options.flushMs ?? FLUSH_MS, (all) => pages.write(all), () => pages.isDirty());
  let closed = false;

  const accepts = (target: LockTarget): boolean => {
    if (closed) return false;
    return isMirrorable(target.agentId, target.sessionId, complaints);
  };

  return {
    turnStarted(sessionKey, agentId, sessionId) {
      const target = { agentId, sessionKey, sessionId };
      if (accepts(target)) locks.take(target);
    },
    turnEnded(sessionKey, agentId, sessionId) {
      const target = { agentId, sessionKey, sessionId };
      if (!accepts(target)) return;
      locks.release(target);
      pages.markTranscript(agentId, sessionId);
      pace.soon();
    },
    touch(key) {
      if (closed) return;
      pages.markRow(key);
      pace.soon();
    },
    touchTranscript(agentId, sessionId) {
      if (closed || !isMirrorable(agentId, sessionId, complaints)) return;
      pages.markTranscript(agentId, sessionId);
      pace.soon();
    },
    renew(agentId, sessionId) {
      if (closed || !isMirrorable(agentId, sessionId ?? "list", complaints)) return;
      pages.renew(agentId, sessionId);
      pace.soon();
    },
    async flush() {
      await locks.settled();
      await pace.now();
    },
    async close() {
      closed = true;
      pages.hurry();
      await pace.stop();
      await locks.releaseAll();
    },
  };
}

/** A lock that cannot be written is news once; the directory's own trouble is told by the pass that meets it too. */
function tellLockTrouble(complaints: Complaints, { sessionsDir }: MirrorOptions) {
  return (error: unknown, { agentId }: LockTarget): void => {
    const path = sessionsDir(agentId);
    complaints.once(`lock ${path}`, { path, err: error }, "the lock file of a running turn cannot be written; the turn goes on");
  };
}
