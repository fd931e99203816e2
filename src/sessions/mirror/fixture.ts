import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChannelLog } from "../../domain/channel.ts";
import type { Entry } from "../../domain/entry.ts";
import type { Session } from "../../domain/session.ts";
import { createMirror, type Mirror } from "./index.ts";

export const NOW = Date.parse("2026-03-18T10:01:00.000Z");
export const SESSION_ID = "f8282125-0000-4000-8000-000000000001";
export const KEY = "agent:main:telegram:dm:123456789";

export function session(change: Partial<Session> = {}): Session {
  return {
    key: KEY,
    agentId: "main",
    sessionId: SESSION_ID,
    chatKind: "dm",
    channel: "telegram",
    displayName: null,
    label: null,
    title: null,
    queue: null,
    audience: "peer:telegram:default:123456789",
    running: false,
    times: { createdAt: Date.parse("2026-03-15T08:00:00Z"), updatedAt: NOW, startedAt: Date.parse("2026-03-17T04:00:00Z"), lastInteractionAt: NOW },
    counters: { messages: 47, inputTokens: null, outputTokens: null, totalTokens: null, compactions: 0, compactedAt: null },
    model: { override: null, last: null },
    lastRoute: null,
    choices: {},
    pinnedAt: null,
    archivedAt: null,
    ...change,
  };
}

export function entry(seq: number, change: Partial<Entry> = {}): Entry {
  return {
    id: `e${seq}`,
    parentId: seq === 1 ? null : `e${seq - 1}`,
    sessionId: SESSION_ID,
    seq,
    turnId: "t1",
    role: seq % 2 === 1 ? "user" : "assistant",
    text: `text ${seq}`,
    at: NOW + seq,
    from: {
      senderId: "123456789",
      senderName: null,
      person: null,
      address: { channel: "telegram", account: "default", chat: "123456789", thread: null },
      audience: "peer:telegram:default:123456789",
    },
    model: null,
    usage: null,
    stopReason: null,
    ...change,
  };
}

export interface LogLine {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

function recordingLog(lines: LogLine[]): ChannelLog {
  const write = (level: string) => (fields: object, message: string) => void lines.push({ level, fields: { ...fields }, message });
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

/** A store in memory that counts what is asked of it. */
export interface FakeStore {
  readonly sessions: Map<string, Session>;
  readonly entries: Map<string, Entry[]>;
  readonly calls: string[];
  /** By session id. */
  readonly amends: Map<string, number>;
  failing: boolean;
}

function readPages(store: FakeStore) {
  const ask = (call: string): void => {
    store.calls.push(call);
    if (store.failing) throw new Error("the store is closed");
  };
  return {
    readSession: async (key: string) => {
      ask(`session ${key}`);
      return store.sessions.get(key) ?? null;
    },
    pageSessions: async (agentId: string, after: string, limit: number) => {
      ask(`page ${limit}`);
      const keys = [...store.sessions.keys()].filter((key) => key > after).sort();
      return keys.map((key) => store.sessions.get(key)).filter((row) => row !== undefined).filter((row) => row.agentId === agentId).slice(0, limit);
    },
    readEntries: async (sessionId: string, after: number, limit: number) => {
      ask(`entries ${after} ${limit}`);
      return (store.entries.get(sessionId) ?? []).filter((row) => row.seq > after).slice(0, limit);
    },
    countAmends: async (sessionId: string) => {
      ask(`amends ${sessionId}`);
      return store.amends.get(sessionId) ?? 0;
    },
  };
}

export interface Bench {
  readonly root: string;
  /** The directory of agent `main`. */
  readonly directory: string;
  readonly store: FakeStore;
  readonly lines: LogLine[];
  readonly mirror: Mirror;
  /** A mirror of the same store and place, as the next process would have it. */
  again(): Mirror;
  read(name: string): Promise<string>;
  names(): Promise<string[]>;
}

/** Runs `work` with a mirror in a directory of its own; a long `flushMs` leaves the writing to `flush`. */
export async function withMirror(work: (bench: Bench) => Promise<void>, flushMs = 3_600_000): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "continuo-mirror-"));
  const store: FakeStore = { sessions: new Map(), entries: new Map(), amends: new Map(), calls: [], failing: false };
  const lines: LogLine[] = [];
  const sessionsDir = (agentId: string): string => join(root, "agents", agentId, "sessions");
  const made: Mirror[] = [];
  const again = (): Mirror => {
    const mirror = createMirror({ clock: { now: () => NOW }, log: recordingLog(lines), sessionsDir, source: readPages(store), flushMs });
    made.push(mirror);
    return mirror;
  };
  const directory = sessionsDir("main");
  const read = (name: string): Promise<string> => readFile(join(directory, name), "utf8");
  const names = async (): Promise<string[]> => (await readdir(directory)).sort();
  try {
    await work({ root, directory, store, lines, mirror: again(), again, read, names });
  } finally {
    for (const mirror of made) await mirror.close();
    await rm(root, { recursive: true, force: true });
  }
}
