/**
 * Words for the search in a conversation: English and other alphabets by stems, Chinese by characters and pairs
 * of them. The stems are crude on purpose: they only have to meet each other, nobody reads them.
 */

const HAN = /\p{Script=Han}/u;
const TOKENS = /\p{Script=Han}+|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’_-]*/gu;

export function hasHan(text: string): boolean {
  return HAN.test(text);
}

/** Words that say nothing of what a question is about. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the and or but if so than then that this these those there here it its it's i'm i me my mine myself we us our ours you your yours he him his she her hers they them their theirs
  i've i'd i'll you're you've we're we've they're he's she's that's there's what's where's who's when's how's isn't aren't don't doesn't didn't
  is am are was were be been being do does did done doing have has had having will would shall should can could may might must not no nor
  of in on at to from by with about for as into over under up down out off again once just also too very really still yet ever
  what which who whom whose when where why how remember recall remind tell told say said says know knew mention mentioned ask asked please hey hi hello ok okay well now earlier before ago
  much many long old far often some any all each every other same get got give gave find look let lets let's thank thanks`.split(/\s+/),
);

const CHINESE_STOP_WORDS: ReadonlySet<string> = new Set(
  `的 了 是 在 我 你 您 他 她 它 们 我们 你们 他们 她们 咱们 吗 呢 吧 啊 呀 么 嘛 什么 谁 哪 哪里 哪儿 哪个 哪些 哪天 几 多少 多久 多大 怎么 怎样 怎么样 为什么 为何 何时
  记得 还 还记得 记 得 记不记得 说 说过 说了 告诉 告诉过 提到 提过 提 过 知道 请 请问 问 一下 这 那 这个 那个 这里 那里 和 与 跟 也 都 就 又 被 把 给 对 从 到 有 有没有 没有 是否 是不是
  要 会 能 可以 应该 个 一 不 很 吃不吃 之前 刚才 上次 以前 现在 关于 点 号 叫`.split(/\s+/),
);

const IRREGULAR: Readonly<Record<string, string>> = {
  bought: "buy", brought: "bring", left: "leave", kept: "keep", went: "go", gone: "go", met: "meet", ate: "eat", eaten: "eat",
  made: "make", took: "take", taken: "take", sold: "sell", lost: "lose", wrote: "write", written: "write", drove: "drive",
  saw: "see", seen: "see", spoke: "speak", chose: "choose", flew: "fly", paid: "pay", hid: "hide", hidden: "hide", grew: "grow",
  children: "child", men: "man", women: "woman", wives: "wife", knives: "knife", born: "birthday", flight: "fly", flights: "fly",
};

const VOWEL = /[aeiouy]/;

function singular(word: string): string {
  if (word.endsWith("ies") && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|x|ch|sh)es$/.test(word)) return word.slice(0, -2);
  return /[^suia]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word;
}

function withoutSuffix(word: string): string {
  for (const suffix of ["ing", "ed"]) {
    const base = word.slice(0, -suffix.length);
    if (!word.endsWith(suffix) || base.length < 3 || !VOWEL.test(base)) continue;
    return /([bdfgmnprt])\1$/.test(base) ? base.slice(0, -1) : base;
  }
  return word;
}

/** `parks`, `parked` and `parking` meet in `park`; `lives` and `living` in `liv`. Expects lower case. */
export function stem(word: string): string {
  const bare = word.replace(/['’]s?$/u, "");
  const regular = Object.hasOwn(IRREGULAR, bare) ? (IRREGULAR[bare] ?? bare) : withoutSuffix(singular(bare));
  if (regular.length > 3 && regular.endsWith("e")) return regular.slice(0, -1);
  return regular.length > 3 && /[^aeiou]y$/.test(regular) ? `${regular.slice(0, -1)}i` : regular;
}

/** One Chinese word: itself when it is one character, else its pairs. */
function hanTerms(word: string): string[] {
  const characters = [...word];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ""}${character}`);
}

/** Words that many statements share: they support a match, but a match on them alone says little. */
const WEAK_WORDS: ReadonlySet<string> = new Set(
  ["name", "word", "thing", "time", "day", "date", "place", "number", "colour", "color", "kind", "today", "call", "like", "名字", "时间", "日期", "今天", "地方", "号码", "颜色", "东西"].flatMap((word) =>
    hasHan(word) ? hanTerms(word) : [stem(word)],
  ),
);

/** Other spellings under which a stem may stand in a text: for a look at the raw text before it is cut into words. */
const IRREGULAR_FORMS: ReadonlyMap<string, readonly string[]> = Map.groupBy(Object.keys(IRREGULAR), (form) => stem(IRREGULAR[form] ?? form));

export function normalize(text: string): string {
  return text.normalize("NFKC").toLowerCase().replaceAll("’", "'");
}

/** Everything under which a statement can be found. */
export function indexTerms(text: string): string[] {
  return (normalize(text).match(TOKENS) ?? []).flatMap((token) => {
    if (!hasHan(token)) return STOP_WORDS.has(token) ? [] : [stem(token)];
    const characters = [...token];
    return characters.length === 1 ? characters : [...characters, ...hanTerms(token)];
  });
}

/** Cuts Chinese into words. */
export type ChineseWords = (text: string) => readonly string[];

export function createChineseWords(): ChineseWords {
  // Made when the first Chinese question comes, and once: its dictionary takes some 10 ms to load.
  let segmenter: Intl.Segmenter | null = null;
  return (text) => {
    segmenter ??= new Intl.Segmenter("zh", { granularity: "word" });
    return Array.from(segmenter.segment(text), ({ segment }) => segment);
  };
}

export interface QueryTerm {
  readonly term: string;
  /** Says what the question is about, rather than what kind of thing is asked for. */
  readonly strong: boolean;
}

/** The content words of a question, each once. */
export function queryTerms(text: string, chineseWords: ChineseWords): QueryTerm[] {
  const terms = (normalize(text).match(TOKENS) ?? []).flatMap((token) => {
    if (!hasHan(token)) return STOP_WORDS.has(token) ? [] : [stem(token)];
    return chineseWords(token).filter((word) => !CHINESE_STOP_WORDS.has(word) && !CHINESE_STOP_WORDS.has(word.replace(/的$/u, ""))).flatMap(hanTerms);
  });
  return [...new Set(terms)].map((term) => ({ term, strong: !WEAK_WORDS.has(term) }));
}

/** How much of a word has to be written as the question writes it. */
export const PROBE_CHARS = 3;

/** Beginnings, one of which stands in every text that can match `term`: a cheap look before any index is built. */
export function probesOf(term: string): readonly string[] {
  return [term.slice(0, PROBE_CHARS), ...(IRREGULAR_FORMS.get(term) ?? [])];
}
