import { statSync } from "node:fs";
import type { StoreCheck, StoreHealth, Upkeep } from "../../../upkeep.ts";
import type { FromChild } from "./messages.ts";
import { runChild, type RunningChild } from "./run-child.ts";

/** How often the journal is looked at. */
const PACE_MS = 2_000;
/** From here on it is brought into the database; SQLite itself does so with every 4 MB, unless somebody is in the way. */
const JOURNAL_BYTES = 16 << 20;
/** From here on writers have to wait for a moment until its file is cut. */
const JOURNAL_CUT_BYTES = 32 << 20;
/** A check reads what it reads as of one moment, which keeps the journal: it has to make way. */
const CHECK_MAKES_WAY_BYTES = 32 << 20;
/** Whatever reads for so long is told of. */
const JOURNAL_ALARM_BYTES = 64 << 20;
/** Whoever writes first is answered first. */
const FIRST_CHECK_MS = 5_000;
const CHECK_AGAIN_MS = 60_000;

const CURE = "Nothing was overwritten. Stop the gateway and run `continuo doctor --repair`, or restore a backup with `continuo restore`.";

export interface SqliteUpkeep extends Upkeep {
  /** A page was met that is not what it should be. */
  met(words: string): void;
  stop(): Promise<void>;
}

interface State {
  check: StoreCheck;
  damage: string | null;
  checking: RunningChild | null;
  cutting: RunningChild | null;
  /** Tables that need not be checked again. */
  checked: number;
  problems: string[];
  alarmed: boolean;
}

type Parts = Parameters<Upkeep["start"]>[0];

function createCheck(path: string, state: State, { log, clock }: Parts): { begin(): void; makeWay(): void } {
  const hear = (message: FromChild): void => {
    if (message.kind === "progress") {
      state.checked = message.done;
      state.check = { ...state.check, done: message.done, total: message.total };
    } else if (message.kind === "checked") {
      state.problems.push(...message.problems);
      const { problems } = state;
      const isWell = problems.length === 0;
      state.check = { state: isWell ? "ok" : "damaged", done: message.total, total: message.total, endedAt: clock.now(), problems };
      if (!isWell) log.error({ code: "STORE_CORRUPT", problems }, `the database is damaged. ${CURE}`);
    } else if (message.kind === "failed") {
      state.check = { ...state.check, state: "failed", endedAt: clock.now(), problems: [message.words] };
      log.warn({ why: message.words }, "the database could not be checked");
    }
  };
  return {
    begin() {
      if (state.checking !== null) return;
      state.check = { ...state.check, state: "running" };
      const child = runChild(["check", path, String(state.checked)], hear);
      state.checking = child;
      void child.ended.then(() => (state.checking = null));
    },
    makeWay() {
      if (state.checking === null) return;
      state.checking.kill();
      state.check = { ...state.check, state: "waiting" };
    },
  };
}

function journalBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** Keeps the journal small. What takes long happens in another process: nobody's message waits for it. */
function keepSmall(path: string, state: State, { log }: Parts, makeWay: () => void): void {
  const bytes = journalBytes(path);
  if (bytes > CHECK_MAKES_WAY_BYTES) makeWay();
  if (bytes <= JOURNAL_BYTES) state.alarmed = false;
  if (bytes <= JOURNAL_BYTES || state.cutting !== null) return;
  const child = runChild(["checkpoint", path, bytes > JOURNAL_CUT_BYTES ? "1" : "0"], (message) => {
    if (message.kind === "failed") log.warn({ why: message.words, bytes }, "the database's journal could not be brought in");
  });
  state.cutting = child;
  void child.ended.then(() => {
    state.cutting = null;
    if (state.alarmed || journalBytes(path) <= JOURNAL_ALARM_BYTES) return;
    state.alarmed = true;
    log.warn({ bytes }, "the database's journal grows because another program has been reading for long; it shrinks when that one ends");
  });
}

export function createUpkeep(path: string): SqliteUpkeep {
  const none: StoreCheck = { state: "waiting", done: 0, total: 0, endedAt: null, problems: [] };
  const state: State = { check: none, damage: null, checking: null, cutting: null, checked: 0, problems: [], alarmed: false };
  const timers: NodeJS.Timeout[] = [];
  let met: ((words: string) => void) | null = null;
  return {
    start(parts) {
      const { begin, makeWay } = createCheck(path, state, parts);
      met = (words) => {
        parts.log.error({ code: "STORE_CORRUPT", words }, `a damaged page of the database was met. ${CURE}`);
        state.checked = 0;
        begin();
      };
      timers.push(
        setTimeout(begin, FIRST_CHECK_MS).unref(),
        setInterval(() => state.check.state === "waiting" && begin(), CHECK_AGAIN_MS).unref(),
        setInterval(() => keepSmall(path, state, parts, makeWay), PACE_MS).unref(),
      );
    },
    health: (): StoreHealth => ({ journalBytes: journalBytes(path), check: state.check, damage: state.damage }),
    met(words) {
      if (state.damage !== null) return;
      state.damage = words;
      met?.(words);
    },
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      state.checking?.kill();
      // What is being brought in is brought in: a killed one would only be begun again.
      await Promise.all([state.checking?.ended, state.cutting?.ended]);
    },
  };
}
