export { failureText } from "./failures.ts";
export { guessLanguage, languageOfTag } from "./guess.ts";
export { say, sayIn, type Say, type TextKey } from "./say.ts";
