/** A value under its labels, in the order of the family's label names. */
export interface CounterSeries {
  readonly labels: readonly string[];
  readonly value: number;
}

export interface HistogramSeries {
  readonly labels: readonly string[];
  /** How many fell into each bucket, the last of them without a bound. */
  readonly counts: readonly number[];
  readonly sum: number;
}

interface Named {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

export type Family =
  | (Named & { readonly kind: "counter"; series(): readonly CounterSeries[] })
  | (Named & { readonly kind: "histogram"; readonly bounds: readonly number[]; series(): readonly HistogramSeries[] });

export interface Counter {
  readonly family: Family;
  add(value: number, ...labels: readonly string[]): void;
}

export interface Histogram {
  readonly family: Family;
  observe(value: number, ...labels: readonly string[]): void;
}

/** A label whose values somebody else chooses must not fill the memory: what comes later is counted together. */
const MOST_SERIES = 200;
export const OTHER = "other";

/** One cell for each combination of labels, found without making anything where it is known. */
function cellsOf<Cell>(make: (labels: readonly string[]) => Cell): { of(labels: readonly string[]): Cell; all(): Cell[] } {
  const cells = new Map<string, Cell>();
  return {
    of(labels) {
      const key = labels.length === 1 ? (labels[0] ?? "") : labels.join("\n");
      const known = cells.get(key);
      if (known !== undefined) return known;
      const full = cells.size >= MOST_SERIES;
      const kept = full ? labels.map(() => OTHER) : labels;
      const keptKey = full ? kept.join("\n") : key;
      const cell = cells.get(keptKey) ?? make(kept);
      cells.set(keptKey, cell);
      return cell;
    },
    all: () => [...cells.values()],
  };
}

export function counter(name: string, help: string, ...labelNames: readonly string[]): Counter {
  const cells = cellsOf((labels) => ({ labels, value: 0 }));
  if (labelNames.length === 0) cells.of([]);
  return {
    family: { name, help, labelNames, kind: "counter", series: cells.all },
    add(value, ...labels) {
      cells.of(labels).value += value;
    },
  };
}

/** `bounds` are the upper ends of the buckets, rising. */
export function histogram(name: string, help: string, bounds: readonly number[], ...labelNames: readonly string[]): Histogram {
  const cells = cellsOf((labels) => ({ labels, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 }));
  if (labelNames.length === 0) cells.of([]);
  return {
    family: { name, help, labelNames, kind: "histogram", bounds, series: cells.all },
    observe(value, ...labels) {
      const cell = cells.of(labels);
      let bucket = 0;
      while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
      cell.counts[bucket] = (cell.counts[bucket] ?? 0) + 1;
      cell.sum += value;
    },
  };
}
