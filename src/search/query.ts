import { blocksBetween, sessionWord, type Range } from "./numbers.ts";
import { isJoined, unitsOf, type Unit } from "./units.ts";

/** Words that have to follow each other: a quoted phrase, or what one word is cut into. */
export interface Clause {
  readonly units: readonly Unit[];
}

export interface Query {
  readonly wanted: readonly Clause[];
  readonly unwanted: readonly Clause[];
  /** The last of `wanted` is a word that may go on. */
  readonly isOpen: boolean;
}

const MOST_CLAUSES = 16;
const MOST_UNITS = 32;
/** Shorter beginnings are those of too much. */
const SHORTEST_BEGINNING = 3;
const CHUNK = /(?<minus>(?<![^\s])-)?(?:["“”](?<phrase>[^"“”]*)["“”]?|(?<word>[^\s"“”]+))/gu;

/** What somebody typed, whatever that was: words, `"words in this order"`, `-without`. */
export function parseQuery(typed: string): Query {
  const chunks = [...typed.matchAll(CHUNK)].map(({ groups }) => ({
    units: unitsOf(groups?.["phrase"] ?? groups?.["word"] ?? "", MOST_UNITS),
    isUnwanted: groups?.["minus"] !== undefined,
    isPhrase: groups?.["phrase"] !== undefined,
  }));
  const clauses = chunks.filter(({ units }) => units.length > 0).slice(0, MOST_CLAUSES);
  const last = clauses.at(-1);
  const word = last?.units.at(-1);
  const isOpen = last !== undefined && !last.isPhrase && !last.isUnwanted && word !== undefined && !word.isCharacter && word.text.length >= SHORTEST_BEGINNING;
  return { wanted: clauses.filter(({ isUnwanted }) => !isUnwanted), unwanted: clauses.filter(({ isUnwanted }) => isUnwanted), isOpen };
}

/** Words of the index that follow each other there. */
type Piece = readonly string[];

/** Words and runs of characters are looked for apart: a text may join what the query parts, and the other way round. */
function piecesOf({ units }: Clause): Piece[] {
  const groups: Unit[][] = [];
  for (const unit of units) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    if (group !== undefined && before !== undefined && (isJoined(before, unit) || (!before.isCharacter && !unit.isCharacter))) group.push(unit);
    else groups.push([unit]);
  }
  return groups.map((group) => {
    if (group.length === 1 || group[0]?.isCharacter !== true) return group.map(({ text }) => text);
    return group.slice(1).map((unit, index) => (group[index]?.text ?? "") + unit.text);
  });
}

interface Syntax {
  phrase(words: Piece, isOpen: boolean): string;
  readonly and: string;
  readonly or: string;
  readonly not: string;
}

/** Words hold letters, digits and our own marks: nothing that either engine takes for more. */
const FTS: Syntax = { phrase: (words, isOpen) => `"${words.join(" ")}"${isOpen ? " *" : ""}`, and: " AND ", or: " OR ", not: " NOT " };
const TSQUERY: Syntax = { phrase: (words, isOpen) => `(${words.map((word) => `'${word}'`).join(" <-> ")}${isOpen ? ":*" : ""})`, and: " & ", or: " | ", not: " & !" };

function written(syntax: Syntax, { wanted, unwanted }: Query, isOpen: boolean, marks: readonly (readonly string[])[]): string {
  const needed = wanted.flatMap((clause, index) => {
    const pieces = piecesOf(clause);
    return pieces.map((piece, at) => syntax.phrase(piece, isOpen && index === wanted.length - 1 && at === pieces.length - 1));
  });
  const within = marks.map((words) => `(${words.map((word) => syntax.phrase([word], false)).join(syntax.or)})`);
  // What stands in several pieces can only be told by the text itself.
  const without = unwanted.flatMap((clause) => {
    const [piece, ...more] = piecesOf(clause);
    return piece === undefined || more.length > 0 ? [] : [syntax.phrase(piece, false)];
  });
  const all = `(${[...needed, ...within].join(syntax.and)})`;
  return without.length === 0 ? all : `${all}${syntax.not}(${without.join(syntax.or)})`;
}

/** What both engines are asked for; null keys: everywhere. */
export function expressionsOf(query: Query, isOpen: boolean, keys: readonly string[] | null, { first, end }: Range): { readonly fts: string; readonly tsquery: string } {
  const sessions = keys === null ? [] : [keys.map(sessionWord)];
  return {
    fts: written(FTS, query, isOpen, sessions),
    tsquery: written(TSQUERY, query, isOpen, [...sessions, blocksBetween(first, end)]),
  };
}
