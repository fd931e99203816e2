import type { Clause, Query } from "./query.ts";
import type { Unit } from "./units.ts";

/** A part of a text: from one place up to, and without, another; in UTF-16 units. */
export interface Mark {
  readonly start: number;
  readonly end: number;
}

export interface Found {
  /** Sorted by their start. */
  readonly marks: readonly Mark[];
  /** The first mark of what is said least often: what the rest stands around. */
  readonly focus: Mark;
  /** What is wanted last stands there only as the beginning of other words. */
  readonly isBeginning: boolean;
  /** Of each clause that is wanted, how often it stands there. */
  readonly counts: readonly number[];
}

type ByText = ReadonlyMap<string, readonly number[]>;

function placesOf(units: readonly Unit[]): ByText {
  const places = new Map<string, number[]>();
  for (const [index, { text }] of units.entries()) {
    const known = places.get(text);
    if (known === undefined) places.set(text, [index]);
    else known.push(index);
  }
  return places;
}

function standsAt(units: readonly Unit[], at: number, clause: readonly Unit[], isOpen: boolean): boolean {
  return clause.every(({ text }, index) => {
    const found = units[at + index]?.text;
    return found === text || (isOpen && index === clause.length - 1 && found?.startsWith(text) === true);
  });
}

function beginnings(units: readonly Unit[], places: ByText, { units: clause }: Clause, isOpen: boolean): readonly number[] {
  const [first] = clause;
  if (first === undefined) return [];
  if (!isOpen || clause.length > 1) return places.get(first.text) ?? [];
  return units.flatMap(({ text }, index) => (text.startsWith(first.text) ? [index] : []));
}

/** Where a text says what is wanted; null where it does not, or says what is unwanted. */
export function findIn(units: readonly Unit[], { wanted, unwanted }: Query, isOpen: boolean): Found | null {
  const places = placesOf(units);
  const stand = (clause: Clause, open: boolean): number[] => beginnings(units, places, clause, open).filter((at) => standsAt(units, at, clause.units, open));
  const marks: Mark[][] = [];
  let isBeginning = false;
  for (const [index, clause] of wanted.entries()) {
    const open = isOpen && index === wanted.length - 1;
    const found = stand(clause, open);
    if (found.length === 0) return null;
    isBeginning = open && found.every((at) => !standsAt(units, at, clause.units, false));
    marks.push(found.map((at) => ({ start: units[at]?.start ?? 0, end: units[at + clause.units.length - 1]?.end ?? 0 })));
  }
  if (unwanted.some((clause) => stand(clause, false).length > 0)) return null;
  const [focus] = marks.toSorted((a, b) => a.length - b.length)[0] ?? [];
  if (focus === undefined) return null;
  return { marks: marks.flat().toSorted((a, b) => a.start - b.start || b.end - a.end), focus, isBeginning, counts: marks.map(({ length }) => length) };
}
