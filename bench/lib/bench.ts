/** What a bench is, and what it measures. */
export interface Measure {
  /** The key in the JSON. */
  readonly key: string;
  readonly value: number;
  /** `ms`, `/s`, `MB`, `x`, or nothing. */
  readonly unit: string;
  /** Where the product wants to be; none for what is only worth knowing. */
  readonly bar?: { readonly is: "at most" | "at least"; readonly value: number };
  readonly means: string;
}

export interface Bench {
  readonly name: string;
  readonly description: string;
  /** Measures in the order in which they are printed. `say` tells the person who waits what is happening. */
  run(say: (what: string) => void): Promise<Measure[]>;
}

export function meets(measure: Measure): boolean | null {
  if (measure.bar === undefined) return null;
  return measure.bar.is === "at most" ? measure.value <= measure.bar.value : measure.value >= measure.bar.value;
}
