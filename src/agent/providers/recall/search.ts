import MiniSearch from "minisearch";
import type { ContextMessage } from "../provider.ts";
import { isQuestion, sentences } from "./intent.ts";
import { indexTerms, normalize, PROBE_CHARS, probesOf, queryTerms, type ChineseWords, type QueryTerm } from "./words.ts";

export interface Statement {
  readonly text: string;
  readonly message: ContextMessage;
  /** Its place in the conversation; a later one goes before an earlier one. */
  readonly order: number;
}

const MOST_QUOTED = 3;
/** A statement is quoted next to the best one only when it meets nearly as much of the question. */
const CLOSE_TO_BEST = 0.75;
/** The least share of the question's weight that a statement must meet. */
const LEAST_COVERAGE = 0.3;
/** Beyond this, the newest win: a question must not hold up other sessions. */
const MOST_INDEXED = 1_500;

/** What one person said, sentence by sentence, without what they asked. */
function statementsOf(message: ContextMessage, order: number): Statement[] {
  if (message.text.startsWith("/")) return [];
  return sentences(message.text)
    .filter((text) => !isQuestion(text))
    .map((text, index) => ({ text, message, order: order + index / 1_000 }));
}

interface Candidates {
  readonly statements: readonly Statement[];
  readonly messages: number;
}

/** The sentences of those messages in which a word of the question could stand, newest first. */
function candidates(earlier: readonly ContextMessage[], terms: readonly QueryTerm[], shared: boolean): Candidates {
  const probes = terms.flatMap(({ term }) => probesOf(term));
  const statements: Statement[] = [];
  let messages = 0;
  for (let order = earlier.length - 1; order >= 0 && statements.length < MOST_INDEXED; order--) {
    const message = earlier[order];
    if (message === undefined || message.role !== "user") continue;
    messages++;
    const text = normalize(shared && message.senderName !== null ? `${message.senderName} ${message.text}` : message.text);
    if (probes.some((probe) => text.includes(probe))) statements.push(...statementsOf(message, order));
  }
  return { statements, messages };
}

/** Only words that begin like one of the question's take part: ranking needs no others, and they are most of the cost. */
function createIndex(statements: readonly Statement[], terms: readonly QueryTerm[], shared: boolean) {
  const heads = [...new Set(terms.map(({ term }) => term.slice(0, PROBE_CHARS)))];
  const index = new MiniSearch<{ id: number; text: string; sender: string }>({
    fields: ["text", "sender"],
    tokenize: (text) => indexTerms(text).filter((term) => heads.some((head) => term.startsWith(head))),
    processTerm: (term) => term,
  });
  index.addAll(statements.map(({ text, message }, id) => ({ id, text, sender: shared ? (message.senderName ?? "") : "" })));
  return index;
}

interface Ranked {
  readonly statement: Statement;
  readonly coverage: number;
}

/**
 * Weighs each statement by the words of the question that it meets: rare words count for more, words such as
 * "name" for little. Equal ones are ordered newest first, so that a correction goes before what it corrects.
 */
function rank({ statements, messages }: Candidates, terms: readonly QueryTerm[], shared: boolean): Ranked[] {
  const results = createIndex(statements, terms, shared).search(terms.map(({ term }) => term).join(" "), {
    tokenize: (query) => query.split(" "),
    fuzzy: (term) => (/^[a-z]{6,}$/.test(term) ? 1 : false),
    prefix: (term) => /^[a-z]{5,}$/.test(term),
  });
  const found = new Map<string, number>();
  for (const { queryTerms: met } of results) for (const term of met) found.set(term, (found.get(term) ?? 0) + 1);
  const weight = ({ term, strong }: QueryTerm): number => Math.log(2 + messages / (1 + (found.get(term) ?? 0))) * (strong ? 1 : 0.4);
  const total = terms.reduce((sum, term) => sum + weight(term), 0);
  const needsStrong = terms.some(({ strong }) => strong);
  const ranked: Ranked[] = [];
  for (const { id, queryTerms: met } of results) {
    const statement = statements[id as number];
    const matched = terms.filter(({ term }) => met.includes(term));
    if (statement === undefined || (needsStrong && !matched.some(({ strong }) => strong))) continue;
    ranked.push({ statement, coverage: matched.reduce((sum, term) => sum + weight(term), 0) / total });
  }
  return ranked.sort((a, b) => b.coverage - a.coverage || b.statement.order - a.statement.order);
}

function distinct(statements: readonly Statement[]): Statement[] {
  const seen = new Set<string>();
  return statements.filter(({ text, message }) => {
    const key = `${message.senderName ?? ""}\n${normalize(text)}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * The earlier statements of people that bear on a question, best first, at most three; none when no content
 * word of the question was said before. Costs O(text given), the index only what could match.
 */
export function findStatements(earlier: readonly ContextMessage[], asked: string, shared: boolean, chineseWords: ChineseWords): readonly Statement[] {
  const terms = queryTerms(asked, chineseWords);
  if (terms.length === 0) return [];
  const ranked = rank(candidates(earlier, terms, shared), terms, shared);
  const least = Math.max(LEAST_COVERAGE, (ranked[0]?.coverage ?? 0) * CLOSE_TO_BEST);
  return distinct(ranked.filter(({ coverage }) => coverage >= least).map(({ statement }) => statement)).slice(0, MOST_QUOTED);
}

/** For "what did I say?", which has no word to search for: the newest statements, newest first. */
export function newestStatements(earlier: readonly ContextMessage[]): readonly Statement[] {
  const statements: Statement[] = [];
  for (let order = earlier.length - 1; order >= 0 && statements.length < MOST_QUOTED; order--) {
    const message = earlier[order];
    if (message?.role === "user") statements.push(...statementsOf(message, order).filter(({ text }) => indexTerms(text).length > 0).toReversed());
  }
  return distinct(statements).slice(0, MOST_QUOTED);
}
