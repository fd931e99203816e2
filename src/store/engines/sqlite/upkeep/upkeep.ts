import type { StoreCheck, StoreHealth, Upkeep } from "../../../upkeep.ts";
import type { FromChild } from "./messages.ts";
import { journalBytes } from "../journal-bytes.ts";
import { createJournal, type Journal, type JournalParts } from "./journal.ts";
import { runChild, type RunningChild } from "./run-child.ts";

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
  /** Tables that need not be checked again. */
  checked: number;
  problems: string[];
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

export function createUpkeep(path: string, commits: JournalParts["commits"]): SqliteUpkeep {
  const none: StoreCheck = { state: "waiting", done: 0, total: 0, endedAt: null, problems: [] };
  const state: State = { check: none, damage: null, checking: null, checked: 0, problems: [] };
  const timers: NodeJS.Timeout[] = [];
  let met: ((words: string) => void) | null = null;
  let journal: Journal | null = null;
  return {
    start(parts) {
      const { begin, makeWay } = createCheck(path, state, parts);
      journal = createJournal({ path, commits, log: parts.log, makeWay });
      met = (words) => {
        parts.log.error({ code: "STORE_CORRUPT", words }, `a damaged page of the database was met. ${CURE}`);
        state.checked = 0;
        begin();
      };
      timers.push(
        setTimeout(begin, FIRST_CHECK_MS).unref(),
        setInterval(() => state.check.state === "waiting" && begin(), CHECK_AGAIN_MS).unref(),
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
      await Promise.all([state.checking?.ended, journal?.stop()]);
    },
  };
}
