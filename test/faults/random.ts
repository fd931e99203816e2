/** A small seeded generator (mulberry32), in [0, 1): what was drawn from a seed is drawn from it again. */
export type Random = () => number;

export function seeded(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from `least` up to, and without, `most`. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least));
}

/** One of `of`, each as often as its weight says. */
export function weighted<T extends { readonly weight: number }>(random: Random, of: readonly T[]): T {
  let left = random() * of.reduce((sum, { weight }) => sum + weight, 0);
  const found = of.find(({ weight }) => (left -= weight) < 0) ?? of.at(-1);
  if (found === undefined) throw new Error("there is nothing to draw from");
  return found;
}
