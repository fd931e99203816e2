import { hasHan } from "./words.ts";

/** `task`: something only a language model (or a tool) could do. */
export type Intent = "question" | "task" | "greeting" | "statement";

const POLITE = /^(?:(?:please|hey|hi|hello|ok|okay|so|and|but|well|now|thanks|by the way|btw)\b[,\s]+)+/i;
const CHINESE_POLITE = /^(?:请问|请|那么|那|嗨|你好)[，,\s]*/u;

const PRONOUN = "(?:you|i|we|he|she|it|they|there|this|that|these|those|my|the|our|your|his|her|their|any\\w*|some\\w*|a|an)";
const AUXILIARY = "(?:is|are|was|were|am|do|does|did|have|has|had|can|could|will|would|shall|should|may|might|must)";

/** Without a question mark only these count, since "When I was young ..." and "What a day" are statements. */
const ENGLISH_QUESTIONS: readonly RegExp[] = [
  new RegExp(`^${AUXILIARY}(?:n['’]t)?\\s+${PRONOUN}\\b`, "i"),
  /^(?:what|who|where|when|how|why)(?:['’]s|['’]re)\b/i,
  new RegExp(`^(?:what|which|whose|who|whom|where|when|why|how)\\s+${AUXILIARY}\\b`, "i"),
  /^how\s+(?:much|many|long|old|far|often|big|tall|late|come|about)\b/i,
  new RegExp(`^(?:what|which|whose)\\s+(?!a\\b|an\\b|i\\b|you\\b|we\\b|they\\b|he\\b|she\\b|it\\b)(?:[\\p{L}-]+\\s+){1,5}${AUXILIARY}\\s+${PRONOUN}\\b`, "iu"),
  new RegExp(`^(?:what|which)\\s+(?:time|day|date|year|colou?r|number|name|place|city|size)\\s+${AUXILIARY}\\b`, "i"),
  /^remind me (?:what|who|where|when|which|how|why|of|about)\b/i,
  /^(?:tell|show|give) (?:me|us)\b/i,
  /^(?:i (?:forgot|forget|wonder)|do you (?:know|remember)|remember (?:what|when|where|who|how|which|the time)|look up|search for|recall)\b/i,
  /^(?:what|anything) about\b/i,
];

const CHINESE_QUESTION =
  /[?？]\s*$|(?<!没|没有)什么|谁|哪|几(?:点|号|岁|月|楼|时|路)|(?:星期|周|第)几|多少|多久|多大|多远|怎么|怎样|为什么|为何|何时|[吗呢]\s*[。.!！]?$|(?:你|您|还|记不)记得|^记得.*(?:说|提|告诉)|是否|是不是|有没有/u;

const SOMETHING = "(?:a|an|the|my|our|me|us|some|this|that|it|another)";
/** Verbs that also begin statements ("Book club is on Friday") ask for something only with an object behind them. */
const ENGLISH_TASK = new RegExp(
  "^(?:(?:can|could|would|will) you (?:please )?)?(?:(?:write|translate|summari[sz]e|explain|calculate|compute|generate|compose|rewrite)\\b|remind me to\\b|help me (?:with|to|write|plan|find)\\b|" +
    `(?:draw|draft|fix|book|schedule|order|play|sing|set|create|make|build|design|suggest|recommend) ${SOMETHING}\\b|tell (?:me|us) (?:a|an) (?:joke|story|poem)\\b)`,
  "i",
);
const CHINESE_TASK = /^(?:请|你能|能不能|可以|麻烦你?)?(?:帮我|给我)?(?:写|翻译|总结|解释|计算|画|生成|提醒我|预订|讲个|推荐)(?!了|过|道)/u;
const GREETING = /^(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|你好|您好|嗨|早上好|晚上好)(?:\s+(?:there|all|everybody|everyone))?[\s!.,。！~]*$/iu;

const ABBREVIATION = /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|vs|etc|jr|sr|approx|e\.g|i\.e|a\.m|p\.m|\p{Lu})\.$/iu;
const SENTENCE = /[^.!?。！？…\n]*(?:[.!?…]+(?!\s|$)[^.!?。！？…\n]*)*(?:[.!?。！？…]+["”’)」』]*|\n|$)/gu;

/** A text in its sentences, trimmed, none empty. A point inside a number, an address or after `Dr` ends nothing. */
export function sentences(text: string): string[] {
  const out: string[] = [];
  let open = "";
  for (const [part] of text.matchAll(SENTENCE)) {
    open += part;
    if (ABBREVIATION.test(open.trimEnd()) && !part.endsWith("\n") && open.length < 400) {
      open = open.trimEnd();
      continue;
    }
    if (open.trim() !== "") out.push(open.trim());
    open = "";
  }
  if (open.trim() !== "") out.push(open.trim());
  return out;
}

export function isQuestion(sentence: string): boolean {
  if (/[?？]["”’)」』]*$/u.test(sentence)) return true;
  if (hasHan(sentence)) return CHINESE_QUESTION.test(sentence.replace(CHINESE_POLITE, ""));
  const bare = sentence.replace(POLITE, "");
  return ENGLISH_QUESTIONS.some((pattern) => pattern.test(bare));
}

function isTask(sentence: string): boolean {
  return ENGLISH_TASK.test(sentence.replace(POLITE, "")) || CHINESE_TASK.test(sentence);
}

export interface Reading {
  readonly intent: Intent;
  /** The part that asks: what the search is made with. Empty unless the intent is `question`. */
  readonly asked: string;
}

/** What the last message wants. A message that both tells and asks is a question about what it asks. */
export function readIntent(text: string): Reading {
  if (GREETING.test(text.trim())) return { intent: "greeting", asked: "" };
  const parts = sentences(text);
  if (parts.some(isTask)) return { intent: "task", asked: "" };
  const asked = parts.filter(isQuestion);
  return asked.length > 0 ? { intent: "question", asked: asked.join(" ") } : { intent: "statement", asked: "" };
}
