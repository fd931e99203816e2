/** The only source of time outside `main`. All times are milliseconds since the Unix epoch. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Runs on evenly when somebody sets the machine's clock; begins at its time when the process does. */
export const steadyClock: Clock = { now: () => performance.timeOrigin + performance.now() };

/** Less than this is the drift that the system corrects all the time. */
const SET_BACK_MS = 50;
/** How much slower it runs while it is ahead: an hour is caught up in ten. */
const SLOWED = 0.1;

/**
 * The machine's time, which never goes back. Where somebody sets it back it runs on from where it was, somewhat slower,
 * until the machine has caught up: what is due in five seconds is due in five seconds, and what was said later has the
 * later time. Leaps forward are followed, as after the machine has slept.
 */
export function forwardClock(wall: Clock = systemClock, steady: Clock = steadyClock): Clock {
  let ahead = 0;
  let told = 0;
  let last = { wall: wall.now(), steady: steady.now() };
  return {
    now() {
      const seen = { wall: wall.now(), steady: steady.now() };
      const passed = seen.steady - last.steady;
      const leapt = seen.wall - last.wall - passed;
      last = seen;
      ahead = Math.max(0, ahead - (Math.abs(leapt) > SET_BACK_MS ? leapt : passed * SLOWED));
      told = Math.max(told, Math.round(seen.wall + ahead));
      return told;
    },
  };
}
