import { createSteps, type MaintenanceParts } from "./pass.ts";

const FIRST_MS = 10_000;

export interface Maintenance {
  start(): void;
  /** Resolves when no step is under way. */
  stop(): Promise<void>;
}

/** Keeps the sessions within their limits (spec 6): in small steps beside everything else. */
export function createMaintenance(parts: MaintenanceParts): Maintenance {
  const { step } = createSteps(parts);
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<unknown> = Promise.resolve();
  const restFor = (ms: number): void => {
    timer = setTimeout(() => {
      running = step()
        .catch((error: unknown) => {
          parts.log.warn({ err: error }, "sessions could not be tidied up; it is tried again");
          return FIRST_MS;
        })
        .then((pause) => timer !== null && restFor(pause));
    }, ms).unref();
  };
  return {
    // Whoever starts has better things to do at first.
    start: () => restFor(FIRST_MS),
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      await running;
    },
  };
}
