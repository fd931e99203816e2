/** Tokens as the provider reported them; null where it did not say. */
export interface Usage {
  /** Of the prompt, without what a cache gave or took. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cacheRead: number | null;
  readonly cacheWrite: number | null;
  /** Where several requests made one answer: the whole prompt of the last of them. The others are sums. */
  readonly context?: number | null;
}

export const UNKNOWN_USAGE: Usage = { input: null, output: null, cacheRead: null, cacheWrite: null };

/** How much the last request held, what came from a cache with it: that is how full the context is (P35). */
export function contextOf({ input, cacheRead, cacheWrite, context }: Usage): number | null {
  if (context !== undefined) return context;
  return input === null ? null : input + (cacheRead ?? 0) + (cacheWrite ?? 0);
}

function sum(a: number | null, b: number | null): number | null {
  return a === null ? b : a + (b ?? 0);
}

/** What an answer has used when another request was made for it. */
export function withRequest(before: Usage | null, next: Usage): Usage {
  if (before === null) return next;
  return {
    input: sum(before.input, next.input),
    output: sum(before.output, next.output),
    cacheRead: sum(before.cacheRead, next.cacheRead),
    cacheWrite: sum(before.cacheWrite, next.cacheWrite),
    context: contextOf(next),
  };
}

/** What was reported of it: the rest is left out, never written as 0 (P35). */
export function reported(usage: Usage): Partial<Record<keyof Usage, number>> {
  return Object.fromEntries(Object.entries(usage).filter(([, tokens]) => typeof tokens === "number"));
}
