/** Tokens as the provider reported them; null where it did not say. */
export interface Usage {
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
}

export const UNKNOWN_USAGE: Usage = { input: null, output: null, cacheRead: null, cacheWrite: null };
