import { z } from "zod";
import { ContinuoError } from "../../src/domain/errors.ts";
import type { TurnEvent } from "../../src/domain/turn.ts";
import { UNKNOWN_USAGE } from "../../src/domain/usage.ts";
import type { Gateway } from "../../src/gateway/index.ts";
import type { Caller } from "../../src/operations/operation.ts";
import { MAIN, startHouse } from "../protocol/fixture.ts";
import type { FakeOperation, RunningHouse } from "../protocol/fixture.ts";
import { noPeople, peopleMethods } from "./people-answers.ts";
import type { PeopleAnswers } from "./people-answers.ts";

/** A stored message, as `chat.history` answers it. */
export interface Stored {
  readonly id: string;
  readonly seq: number;
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly { readonly type: "text"; readonly text: string }[];
  readonly timestamp: number;
  readonly channel: string;
  readonly senderName?: string;
  readonly stopReason?: string;
}

export interface Row {
  readonly key: string;
  readonly [field: string]: unknown;
}

/** A run that the test leads by the hand. */
export interface Run {
  readonly runId: string;
  grow(text: string): void;
  finish(text: string): void;
  fail(text: string): void;
}

/** A real gateway that serves the built page; its operations keep sessions and transcripts in memory. */
export interface PageHouse {
  readonly running: RunningHouse;
  readonly url: string;
  readonly sent: string[];
  readonly aborted: string[];
  /** What it answers about people. */
  readonly people: PeopleAnswers;
  /** What a message of the page leads to; by default an echo. */
  answer: (run: Run, text: string) => void;
  /** Called before `chat.send` answers; may throw. */
  beforeSend: () => void;
  store(role: Stored["role"], text: string, changes?: Partial<Stored> & { readonly key?: string }): void;
  row(row: Row): void;
  changed(key: string, changes: object): void;
  begin(runId: string, text: string, from: { channel: string; senderName?: string; key?: string }): Run;
  startAnew(): void;
  /** An event for every client, whatever it is called. */
  publish(event: string, payload: object): void;
  close(): Promise<void>;
}

interface State {
  sessionId: string;
  readonly transcripts: Map<string, Stored[]>;
  readonly rows: Map<string, Row>;
  readonly seen: Map<string, "running" | "done">;
  readonly live: Map<string, () => void>;
}

const EPOCH = 1_790_000_000_000;

function createState(): State {
  return { sessionId: "conversation-1", transcripts: new Map(), rows: new Map(), seen: new Map(), live: new Map() };
}

function operation(name: string, scope: FakeOperation["scope"], run: (input: Record<string, unknown>, caller: Caller) => Promise<unknown>): FakeOperation {
  return { name, scope, input: z.looseObject({}), example: {}, run: (_house, input, caller) => run(input as Record<string, unknown>, caller) };
}

function placeOf(state: State, key: string, sessionId?: unknown): string {
  return `${key}/${typeof sessionId === "string" ? sessionId : key === MAIN ? state.sessionId : "only"}`;
}

function readOperations(state: State): readonly FakeOperation[] {
  return [
    operation("sessions.list", "read", async ({ limit = 50, offset = 0 }) => {
      const rows = [...state.rows.values()].toSorted((a, b) => Number(b.updatedAt) - Number(a.updatedAt));
      const from = Number(offset);
      const sessions = rows.slice(from, from + Number(limit));
      return { ts: EPOCH, sessions, count: sessions.length, total: rows.length, hasMore: rows.length > from + sessions.length, defaults: { modelProvider: "mock", model: "echo-1" } };
    }),
    operation("chat.history", "read", async ({ sessionKey, sessionId, limit = 200, beforeSeq = Number.POSITIVE_INFINITY }) => {
      const place = placeOf(state, String(sessionKey), sessionId);
      const known = (state.transcripts.get(place) ?? []).filter(({ seq }) => seq < Number(beforeSeq));
      const messages = known.slice(-Number(limit));
      return { sessionKey, sessionId: place.split("/")[1], messages, hasMore: messages.length < known.length };
    }),
    operation("conversations.list", "read", async ({ key }) => {
      const places = [...state.transcripts].filter(([place]) => place.startsWith(`${String(key)}/`)).toReversed();
      const conversations = places.map(([place, stored]) => {
        const sessionId = place.split("/")[1];
        const current = sessionId === state.sessionId;
        const [first] = stored;
        return { sessionId, current, beganAt: EPOCH, beganReason: "new", messages: stored.length, preview: first?.content[0]?.text, ...(current ? {} : { endedAt: EPOCH, endedReason: "new" }) };
      });
      return { key, conversations };
    }),
    operation("conversations.resume", "admin", async ({ key, sessionId }) => {
      state.sessionId = String(sessionId);
      return { ok: true, key, sessionId };
    }),
  ];
}

function createRun(house: PageHouse, gateway: () => Gateway, state: State, frame: { runId: string; key: string; channel: string }): Run {
  const { runId, key, channel } = frame;
  const base = { turnId: `turn-${runId}`, runIds: [runId], sessionKey: key, sessionId: state.sessionId, agentId: "main" };
  const tell = (event: TurnEvent): void => gateway().onTurnEvent(event);
  let grown = "";
  const end = (): void => {
    state.live.delete(key);
    state.seen.set(runId, "done");
  };
  state.live.set(key, () => {
    end();
    if (grown !== "") house.store("assistant", grown, { channel, key, stopReason: "aborted" });
    tell({ ...base, at: EPOCH, kind: "aborted", text: grown, reason: "stop" });
  });
  return {
    runId,
    grow(text) {
      const delta = text.slice(grown.length);
      grown = text;
      tell({ ...base, at: EPOCH, kind: "delta", delta, text });
    },
    finish(text) {
      end();
      house.store("assistant", text, { channel, key });
      tell({ ...base, at: EPOCH, kind: "committed", held: null, text, model: "mock/echo-1", usage: { ...UNKNOWN_USAGE, input: 10, output: 5 } });
    },
    fail(text) {
      end();
      tell({ ...base, at: EPOCH, kind: "failed", text });
    },
  };
}

function writeOperations(house: PageHouse, state: State, gateway: () => Gateway): readonly FakeOperation[] {
  return [
    operation("chat.send", "write", async ({ sessionKey, message, idempotencyKey }, caller) => {
      const runId = String(idempotencyKey);
      const text = String(message);
      const known = state.seen.get(runId);
      if (known !== undefined) return { runId, status: known === "done" ? "ok" : "in_flight" };
      house.beforeSend();
      house.sent.push(text);
      state.seen.set(runId, "running");
      const key = String(sessionKey);
      setImmediate(() => {
        if (text === "/new") {
          house.startAnew();
          gateway().publishCommandReply({ runId, sessionKey: key, text: "✅ New session started." });
          return house.changed(key, { phase: "end" });
        }
        house.answer(house.begin(runId, text, { channel: caller.channel, key }), text);
      });
      return { runId, status: "started", sessionKey: key };
    }),
    operation("chat.abort", "write", async ({ sessionKey }) => {
      const key = String(sessionKey);
      const stop = state.live.get(key);
      house.aborted.push(key);
      setImmediate(() => stop?.());
      return { ok: true, aborted: stop !== undefined, runIds: [] };
    }),
  ];
}

export interface PageHouseOptions {
  /** False: a gateway from before there were people. */
  readonly knowsPeople?: boolean;
}

function peopleOperations(answers: PeopleAnswers): readonly FakeOperation[] {
  return peopleMethods(answers).map(({ name, scope, answer }) => operation(name, scope, async (params) => answer(params)));
}

export async function startPageHouse(uiDir: string, version = "0.1.0", { knowsPeople = true }: PageHouseOptions = {}): Promise<PageHouse> {
  const state = createState();
  const parts: { running?: RunningHouse } = {};
  const running = (): RunningHouse => {
    if (parts.running === undefined) throw new ContinuoError("INTERNAL", "The house is not open yet.");
    return parts.running;
  };
  const gateway = (): Gateway => running().gateway;
  const house: PageHouse = {
    get running() {
      return running();
    },
    get url() {
      return running().at.url;
    },
    sent: [],
    aborted: [],
    people: noPeople(),
    answer: (run, text) => run.finish(`echo: ${text}`),
    beforeSend: () => {},
    store(role, text, { key = MAIN, ...changes } = {}) {
      const place = placeOf(state, key);
      const list = state.transcripts.get(place) ?? [];
      const seq = list.length + 1;
      state.transcripts.set(place, [...list, { id: `${place}-${seq}`, seq, role, content: [{ type: "text", text }], timestamp: EPOCH + seq * 60_000, channel: "webchat", ...changes }]);
    },
    row: (row) => void state.rows.set(row.key, { kind: "direct", sessionId: row.key === MAIN ? state.sessionId : "only", updatedAt: EPOCH, channel: "webchat", ...row }),
    changed(key, changes) {
      const row = { ...state.rows.get(key), key, sessionId: key === MAIN ? state.sessionId : "only", updatedAt: EPOCH + 1 };
      gateway().onSessionChanged(key, { phase: "end" }, { ...row, ...changes });
    },
    begin(runId, text, { channel, senderName, key = MAIN }) {
      house.store("user", text, { channel, senderName, key });
      const address = { channel, account: "default", chat: "1", thread: null };
      const frame = { turnId: `turn-${runId}`, runIds: [runId], sessionKey: key, sessionId: state.sessionId, agentId: "main", at: EPOCH };
      gateway().onTurnEvent({ ...frame, kind: "started", reply: { address, audience: "owner", peer: "42", replyTo: null }, texts: [text], senderName: senderName ?? null, draft: null });
      return createRun(house, gateway, state, { runId, key, channel });
    },
    startAnew() {
      state.sessionId = `conversation-${Number(state.sessionId.split("-")[1]) + 1}`;
      state.transcripts.set(placeOf(state, MAIN), []);
    },
    publish: (event, payload) => (gateway().publish as (event: string, payload: object) => void)(event, payload),
    close: () => running().close(),
  };
  const operations: FakeOperation[] = [...readOperations(state), ...writeOperations(house, state, gateway), ...(knowsPeople ? peopleOperations(house.people) : [])];
  parts.running = await startHouse({ options: { operations, uiDir, version } });
  return house;
}

