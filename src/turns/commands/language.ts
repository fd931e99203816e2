import { LANGUAGES } from "../../domain/language.ts";
import { chooseLanguage } from "../../sessions/language.ts";
import { say as sayTo } from "../../texts/index.ts";
import { shown, type Answer } from "./asked.ts";

const OPTIONS = [...LANGUAGES, "auto"].join(", ");

/** What people call the languages, besides their tags. */
const WORDS: Readonly<Record<string, (typeof LANGUAGES)[number] | null>> = { en: "en", english: "en", 英文: "en", 英语: "en", zh: "zh", chinese: "zh", 中文: "zh", auto: null, 自动: null };

/** `/language en|zh|auto`: of the person, wherever they write on this channel. */
export const language: Answer = (parts, { turn, item, rest, now, say, language: current }) =>
  parts.store.transaction(async (tx) => {
    const word = rest.trim().toLowerCase();
    if (word === "") return say("choice.current", { value: current, options: OPTIONS });
    const chosen = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (chosen === undefined) return say("choice.unknown", { value: shown(word), options: OPTIONS });
    await chooseLanguage(tx, turn.sessionKey, item.message, chosen, now);
    return chosen === null ? say("language.auto") : sayTo(chosen, "language.set");
  }, turn.sessionKey);
