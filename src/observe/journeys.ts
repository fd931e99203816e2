/** Where a turn came from: what its reply is measured and traced by, in whatever process it is sent. */
export interface Origin {
  readonly turnId: string;
  readonly runId: string;
  readonly sessionKey: string;
  /** When the oldest of its messages was accepted, ms. */
  readonly acceptedAt: number;
  readonly attempt: number;
}

export interface Journeys {
  begin(origin: Origin): void;
  /** Null for what came from no turn, or from one that is no more. */
  find(turnId: string): Promise<Origin | null>;
}

/** Replies on their way whose origin is kept; of those beyond, the store is asked. */
const MOST_KEPT = 2_000;

export function createJourneys(lookUp: (turnId: string) => Promise<Origin | null>): Journeys {
  const kept = new Map<string, Origin>();
  return {
    begin(origin) {
      kept.set(origin.turnId, origin);
      if (kept.size <= MOST_KEPT) return;
      const [oldest] = kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
    },
    async find(turnId) {
      const known = kept.get(turnId);
      if (known === undefined) return lookUp(turnId);
      return known;
    },
  };
}
