export interface Pace {
  /** A pass within the waiting time. */
  soon(): void;
  /** A pass over everything, after the one that may be running. */
  now(): Promise<void>;
  /** The last pass; no timer is left. */
  stop(): Promise<void>;
}

/** One pass at a time, `waitMs` after the first mark or at once. `pass` must not reject; its argument asks for all that is dirty. */
export function createPace(waitMs: number, pass: (all: boolean) => Promise<void>, isDirty: () => boolean): Pace {
  let timer: NodeJS.Timeout | null = null;
  let tail: Promise<void> = Promise.resolve();
  let stopped = false;

  const run = (all: boolean): Promise<void> => {
    tail = tail.then(() => pass(all));
    return tail;
  };

  const cancel = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };

  const soon = (): void => {
    if (stopped || timer !== null) return;
    timer = setTimeout(() => void run(false).then(onPassed), waitMs);
    timer.unref();
  };

  /** The timer stays set during a pass, so that a slow disk never has passes queueing up. */
  const onPassed = (): void => {
    timer = null;
    if (isDirty()) soon();
  };

  return {
    soon,
    async now() {
      await run(true);
      if (isDirty()) soon();
    },
    async stop() {
      stopped = true;
      cancel();
      await run(true);
    },
  };
}
