import { setImmediate as nextTurn } from "node:timers/promises";
import { ContinuoError } from "../../../domain/errors.ts";
import { estimateTokens } from "../../context.ts";
import type { ModelEvent, ModelInfo, ModelRequest, Provider } from "../provider.ts";
import { readIntent } from "./intent.ts";
import { findStatements, newestStatements } from "./search.ts";
import { createTimeFormat, PHRASES, quotes, type Language, type TimeFormat } from "./wording.ts";
import { createChineseWords, hasHan, queryTerms, type ChineseWords } from "./words.ts";

export const RECALL_MODEL: ModelInfo = { id: "recall", name: "Recall (offline, not a language model)", contextWindow: 200_000 };

export interface RecallOptions {
  /** In which times are written; null is the process' own. */
  readonly timeZone: string | null;
}

interface Tools {
  readonly times: TimeFormat;
  readonly chineseWords: ChineseWords;
}

/** A question about the conversation itself, which names nothing to search for. */
const ABOUT_WHAT_WAS_SAID = /\b(?:say|said|tell|told|know about me|remember|mention(?:ed)?)\b|说|提|记得|告诉/iu;

function answerQuestion(request: ModelRequest, asked: string, tools: Tools, language: Language): string {
  const earlier = request.messages.slice(0, -1);
  const found = findStatements(earlier, asked, request.shared, tools.chineseWords);
  const openQuestion = found.length === 0 && queryTerms(asked, tools.chineseWords).length === 0 && ABOUT_WHAT_WAS_SAID.test(asked);
  const statements = openQuestion ? newestStatements(earlier) : found;
  if (statements.length === 0) return PHRASES[language].nothing;
  return quotes(statements, { shared: request.shared, now: request.messages.at(-1)?.at ?? 0, times: tools.times }, language);
}

function answer(request: ModelRequest, tools: Tools): string {
  const last = request.messages.at(-1);
  if (last?.role !== "user") throw new ContinuoError("MODEL_REJECTED", "continuo/recall was given no message to answer.");
  const language: Language = hasHan(last.text) ? "zh" : "en";
  const phrases = PHRASES[language];
  const { intent, asked } = readIntent(last.text);
  const first = !request.messages.some(({ role }) => role === "assistant");
  const simple = { task: phrases.cannot, greeting: phrases.greeting, statement: phrases.noted };
  const text = intent === "question" ? answerQuestion(request, asked, tools, language) : simple[intent];
  return first ? `${text}${intent === "question" ? "\n\n" : language === "zh" ? "" : " "}${phrases.whatIAm}` : text;
}

/** A word with the space behind it, or a few Chinese characters. */
const PIECES = /\p{Script=Han}{1,4}|[^\s\p{Script=Han}]+\s*|\s+/gu;
const PIECES_A_TURN = 16;

/**
 * The built-in `continuo/recall`: it needs no key and no network, quotes what was said in this conversation
 * when it is asked, and says that it is not a language model. It sees nothing but `request.messages`.
 */
export function createRecall(options: RecallOptions = { timeZone: null }): Provider {
  const tools: Tools = { times: createTimeFormat(options.timeZone), chineseWords: createChineseWords() };
  return {
    id: "continuo",
    models: [RECALL_MODEL],
    async *stream(request, signal): AsyncGenerator<ModelEvent> {
      signal.throwIfAborted();
      const text = answer(request, tools);
      let pieces = 0;
      for (const [delta] of text.matchAll(PIECES)) {
        yield { kind: "text", delta };
        if (++pieces % PIECES_A_TURN === 0) await nextTurn();
        signal.throwIfAborted();
      }
      const input = request.messages.reduce((sum, message) => sum + estimateTokens(message.text), estimateTokens(request.system));
      yield { kind: "finish", usage: { input, output: estimateTokens(text), cacheRead: null, cacheWrite: null }, stopReason: "stop" };
    },
  };
}
