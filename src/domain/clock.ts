/** The only source of time outside `main`. All times are milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Runs on evenly when somebody sets the machine's clock; begins at its time when the process does. */
export const steadyClock: Clock = { now: () => performance.timeOrigin + performance.now() };
