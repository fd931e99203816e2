import type { Upkeep } from "../../../upkeep.ts";
import type { CommitQueue } from "../commit-queue.ts";
import { journalBytes } from "../journal-bytes.ts";
import { runChild, type RunningChild } from "./run-child.ts";

/** How often it is looked at. */
const PACE_MS = 1_000;
/** From here on it is brought into the database; SQLite itself does so with every 4 MB, unless somebody is in the way. */
const BRING_IN_BYTES = 16 << 20;
/** From here on writers wait until its file is cut. */
const CUT_BYTES = 24 << 20;
/** A check reads what it reads as of one moment, which keeps the journal: it has to make way. */
const CHECK_MAKES_WAY_BYTES = 24 << 20;
/** From here on it is tried at every other look: readers that come one after the other leave moments in between, and writers that wait write less. */
const URGENT_BYTES = 48 << 20;
/** Whatever reads for so long is told of. */
const ALARM_BYTES = 64 << 20;
/** From here on commits wait for others to share them, the longer the more there is: a copy of the database is being made beside people who write much. */
const SLOW_BYTES = 36 << 20;
const SLOWEST_BYTES = 52 << 20;
const MOST_GATHERED_MS = 1_000;
/** A backup's copy is made by then; for whoever reads longer nobody is kept waiting. */
const MOST_SLOW_LOOKS = 60;
/** Whatever keeps the other process, writers do not wait for it longer. */
const LONGEST_PAUSE_MS = 3_000;
/** Where readers did not end in time, so many looks go by before writers wait for them again; twice as many each time. */
const FIRST_RESPITE = 1;
const LONGEST_RESPITE = 8;

export interface JournalParts {
  readonly path: string;
  readonly commits: Pick<CommitQueue, "between" | "gather">;
  readonly log: Parameters<Upkeep["start"]>[0]["log"];
  makeWay(): void;
}

export interface Journal {
  stop(): Promise<void>;
}

/** Told of the journal's size at each look. */
function slowing(gather: CommitQueue["gather"]): (bytes: number) => void {
  let looks = 0;
  return (bytes) => {
    looks = bytes > SLOW_BYTES ? looks + 1 : 0;
    const share = Math.min(1, Math.max(0, (bytes - SLOW_BYTES) / (SLOWEST_BYTES - SLOW_BYTES)));
    gather(looks > MOST_SLOW_LOOKS ? 0 : Math.round(MOST_GATHERED_MS * share));
  };
}

/**
 * Keeps the journal small. What takes long happens in another process; for the cutting of the file writers wait, at most
 * for as long as that process waits for readers, and the event loop does not stand still.
 */
export function createJournal({ path, commits, log, makeWay }: JournalParts): Journal {
  let cutting: RunningChild | null = null;
  let alarmed = false;
  let respite = FIRST_RESPITE;
  let passing = 0;
  const slow = slowing(commits.gather);

  const alarm = (): void => {
    if (alarmed || journalBytes(path) <= ALARM_BYTES) return;
    alarmed = true;
    log.warn({ bytes: journalBytes(path) }, "the database's journal grows because another program has been reading for long; it shrinks when that one ends");
  };

  const bringIn = (bytes: number, cut: boolean): void => {
    const done = Promise.withResolvers<void>();
    const child = runChild(["checkpoint", path, cut ? "1" : "0"], (message) => {
      if (message.kind === "failed") log.warn({ why: message.words, bytes }, "the database's journal could not be brought in");
      if (message.kind === "checkpointed" && cut) {
        passing = message.readers ? respite : 0;
        respite = message.readers ? Math.min(LONGEST_RESPITE, respite * 2) : FIRST_RESPITE;
      }
      if (message.kind !== "ready") return done.resolve();
      commits.between(async () => {
        const impatience = setTimeout(child.kill, LONGEST_PAUSE_MS);
        child.say("cut");
        await done.promise;
        clearTimeout(impatience);
      });
    });
    cutting = child;
    void child.ended.then(() => {
      done.resolve();
      cutting = null;
      alarm();
    });
  };

  const look = (): void => {
    const bytes = journalBytes(path);
    slow(bytes);
    if (bytes > CHECK_MAKES_WAY_BYTES) makeWay();
    if (bytes <= BRING_IN_BYTES) alarmed = false;
    if (bytes <= BRING_IN_BYTES || cutting !== null) return;
    if (bytes > URGENT_BYTES) passing = Math.min(passing, FIRST_RESPITE);
    bringIn(bytes, bytes > CUT_BYTES && passing-- <= 0);
  };

  const timer = setInterval(look, PACE_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      commits.gather(0);
      // What is being brought in is brought in: a killed one would only be begun again.
      await cutting?.ended;
    },
  };
}
