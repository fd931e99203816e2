export interface Rounds {
  /** Asks for a round that begins after this moment. */
  request(): void;
  /** No round begins any more; resolves when the last one is over. */
  end(): Promise<void>;
}

/** One round at a time; however often one is asked for meanwhile, one more follows. A round that fails ends its series. */
export function createRounds(round: () => Promise<void>, onError: (error: unknown) => void): Rounds {
  let running: Promise<void> | null = null;
  let again = false;
  let ended = false;

  const series = async (): Promise<void> => {
    try {
      do {
        again = false;
        await round();
        // oxlint-disable-next-line no-unmodified-loop-condition -- `end` sets it
      } while (again && !ended);
    } catch (error) {
      onError(error);
    } finally {
      // In the same breath as the last look at `again`: a request in between would be lost.
      running = null;
    }
  };

  return {
    request() {
      if (ended) return;
      again = true;
      running ??= series();
    },
    async end() {
      ended = true;
      await running;
    },
  };
}
