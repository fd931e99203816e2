import type { DatabaseSync } from "node:sqlite";
import type { Executor, Transaction } from "../../store.ts";
import { createAfterwards } from "../afterwards.ts";

interface Job {
  run(tx: Executor): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export interface CommitQueue {
  /** Runs `work` in a transaction; resolves after its commit reached the disk. */
  enqueue<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Nothing is committed while `work` goes on: whatever is asked for meanwhile waits, and nobody's loop stands still. */
  between(work: () => Promise<void>): void;
  /** From now on each commit waits for so many ms, for others to share it; 0 as at first: a turn of the event loop. */
  gather(ms: number): void;
  drain(): Promise<void>;
}

interface Parts {
  readonly database: DatabaseSync;
  readonly tx: Executor;
  /** What the driver throws, in our words. */
  translate(error: unknown): unknown;
}

/** How many transactions may share one commit: bounds how long one waits for the others. */
const MAX_BATCH = 32;

/** False when the job failed and took back its own writes; throws when there is no transaction left to go on with. */
async function runOne({ database, tx, translate }: Parts, job: Job, alone: boolean): Promise<boolean> {
  if (!alone) database.exec("savepoint job");
  try {
    await job.run(tx);
    if (!alone) database.exec("release job");
    return true;
  } catch (error) {
    job.reject(translate(error));
    // A full disk takes back the whole transaction, savepoints and all: there is nothing left to go on with.
    if (!database.isTransaction) throw error;
    if (!alone) database.exec("rollback to job; release job");
    return false;
  }
}

function jobOf<T>(work: (tx: Transaction) => Promise<T>, resolve: (result: T) => void, reject: (error: unknown) => void): Job {
  let result: T;
  const afterwards = createAfterwards();
  return {
    run: async (executor) => void (result = await work({ ...executor, afterCommit: afterwards.add })),
    resolve() {
      resolve(result);
      afterwards.begin();
    },
    reject,
  };
}

/**
 * Group commit: transactions that are asked for within one turn of the event loop share one
 * `BEGIN ... COMMIT`, and so one flush to the disk. Each has its own savepoint: one that fails takes
 * back its own writes and nobody else's. All resolve only after the shared commit; `onCommit` hears how many shared it.
 */
export function createCommitQueue(database: DatabaseSync, tx: Executor, translate: Parts["translate"], onCommit: (transactions: number) => void = () => undefined): CommitQueue {
  const parts: Parts = { database, tx, translate };
  const waiting: Job[] = [];
  const pauses: (() => Promise<void>)[] = [];
  let gatherMs = 0;
  let active: Promise<void> | null = null;

  const runBatch = async (batch: readonly Job[]): Promise<void> => {
    const alone = batch.length === 1;
    const kept: Job[] = [];
    try {
      database.exec("begin immediate");
      for (const job of batch) if (await runOne(parts, job, alone)) kept.push(job);
      database.exec(kept.length > 0 ? "commit" : "rollback");
    } catch (error) {
      const translated = translate(error);
      for (const job of batch) job.reject(translated);
      // Whoever still writes after the end is refused, and nothing more: a closed database has no transaction to ask for.
      if (database.isOpen && database.isTransaction) database.exec("rollback");
      return;
    }
    if (kept.length > 0) onCommit(kept.length);
    for (const job of kept) job.resolve();
  };

  const pump = async (): Promise<void> => {
    while (waiting.length + pauses.length > 0) {
      await pauses.shift()?.();
      // One turn of the event loop: whatever arrives meanwhile joins the same commit, and a long queue keeps nobody waiting.
      await new Promise<void>((resolve) => (gatherMs > 0 ? setTimeout(resolve, gatherMs) : setImmediate(resolve)));
      if (waiting.length > 0) await runBatch(waiting.splice(0, MAX_BATCH));
    }
    active = null;
  };

  return {
    enqueue<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push(jobOf(work, resolve, reject));
        active ??= pump();
      });
    },
    between(work) {
      pauses.push(work);
      active ??= pump();
    },
    gather: (ms) => void (gatherMs = ms),
    async drain() {
      // oxlint-disable-next-line no-unmodified-loop-condition -- `pump` clears it
      while (active) await active;
    },
  };
}
