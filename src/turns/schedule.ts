/** How many turns may run at once in this gateway, of everybody and of one person. */
export interface Concurrency {
  readonly total: number;
  readonly perPerson: number;
}

/** A session that has something to do, and whose words wait there. */
export interface Job {
  readonly who: string;
  readonly session: string;
}

/**
 * Who goes next when not everybody can: round robin over the people, and over each person's sessions. Nobody is passed
 * over twice by the same other person, so nobody starves. Pure: it knows no time and starts nothing.
 */
export interface Schedule {
  /** A session asks once, and again after its turn. */
  add(job: Job): void;
  /** It does not wait any more. */
  withdraw(job: Job): void;
  /** A turn that `next` let begin has ended. */
  end(job: Job): void;
  /** Who may begin now, which counts as running from here on; null when nobody may. */
  next(limits: Concurrency): Job | null;
  running(): number;
}

export function createSchedule(): Schedule {
  // People in the order in which they were served last, each with their sessions in the order in which those asked.
  const waiting = new Map<string, Job[]>();
  const running = new Map<string, number>();
  let total = 0;

  const count = (who: string, by: number): void => {
    total += by;
    const left = (running.get(who) ?? 0) + by;
    if (left > 0) running.set(who, left);
    else running.delete(who);
  };

  return {
    running: () => total,
    add(job) {
      const theirs = waiting.get(job.who);
      if (theirs) theirs.push(job);
      else waiting.set(job.who, [job]);
    },
    withdraw(job) {
      const theirs = waiting.get(job.who)?.filter((other) => other !== job) ?? [];
      if (theirs.length > 0) waiting.set(job.who, theirs);
      else waiting.delete(job.who);
    },
    end: ({ who }) => count(who, -1),
    next(limits) {
      if (total >= limits.total) return null;
      for (const [who, [job, ...others]] of waiting) {
        if (job === undefined || (running.get(who) ?? 0) >= limits.perPerson) continue;
        waiting.delete(who);
        // Behind everybody else: their other sessions wait for the next round.
        if (others.length > 0) waiting.set(who, others);
        count(who, 1);
        return job;
      }
      return null;
    },
  };
}
