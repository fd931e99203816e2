/** Work that is done in small steps beside everything else, for as long as the process lives. */
export interface Rounds {
  start(): void;
  /** Resolves when no step is under way. */
  stop(): Promise<void>;
}

export interface RoundsParts {
  /** Whoever starts has better things to do at first. */
  readonly firstMs: number;
  /** One bounded step; answers how long to rest after it, ms. */
  step(): Promise<number>;
  /** Tells of a step that failed, and answers the same; what fails while it is stopped is not told. */
  onFailure(error: unknown): number;
}

export function createRounds({ firstMs, step, onFailure }: RoundsParts): Rounds {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  const restFor = (ms: number): void => {
    timer = setTimeout(() => {
      running = step()
        .catch((error: unknown) => (timer === null ? 0 : onFailure(error)))
        .then((pause) => timer !== null && restFor(pause));
    }, ms).unref();
  };
  return {
    start: () => restFor(firstMs),
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      await running;
    },
  };
}
