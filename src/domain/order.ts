export interface Order {
  /** Runs `work` after everything that was asked for under the same name before it. */
  after<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing runs. */
  idle(): Promise<void>;
}

/** First come, first served, by name; different names do not wait for each other. */
export function createOrder(): Order {
  const tails = new Map<string, Promise<void>>();
  return {
    after(name, work) {
      const before = tails.get(name);
      const mine = before === undefined ? work() : before.then(work);
      const tail: Promise<void> = mine.then(
        () => undefined,
        () => undefined,
      );
      tails.set(name, tail);
      void tail.then(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
      return mine;
    },
    async idle() {
      while (tails.size > 0) await Promise.all(tails.values());
    },
  };
}
