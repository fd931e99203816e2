import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COMMANDS } from "../domain/command.ts";
import { ContinuoError, ERROR_CODES } from "../domain/errors.ts";
import { LANGUAGES } from "../domain/language.ts";
import { renderCommands } from "./commands-page.ts";
import { en } from "./en.ts";
import { failureText, guessLanguage, languageOfTag, say } from "./index.ts";
import { zh } from "./zh.ts";

const KEYS = Object.keys(en) as (keyof typeof en)[];

/** The values that a text has places for, by name. */
function valuesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ""))].toSorted();
}

test("every language has the same texts, with places for the same values", () => {
  assert.deepEqual(Object.keys(zh).toSorted(), KEYS.toSorted());
  for (const key of KEYS) {
    assert.deepEqual(valuesOf(zh[key]), valuesOf(en[key]), key);
    assert.notEqual(en[key].trim(), "", key);
    assert.notEqual(zh[key].trim(), "", key);
  }
});

test("Chinese texts are Chinese: no half-width comma, colon or bracket stands between two of its characters", () => {
  for (const key of KEYS) assert.doesNotMatch(zh[key], /\p{Script=Han}[,:;()?!]\p{Script=Han}/u, key);
});

function sources(directory: string): string {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") && !entry.parentPath.endsWith("texts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n");
}

test("every text is said somewhere", () => {
  const code = sources(join(import.meta.dirname, ".."));
  const made = new Set([...code.matchAll(/`([a-z]+\.(?:[a-z-]+-)?)\$\{/g)].map(([, start]) => start ?? ""));
  const unused = KEYS.filter((key) => !code.includes(`"${key}"`) && ![...made].some((start) => key.startsWith(start)));
  assert.deepEqual(unused, []);
});

test("values are put in once, and the word fits the number", () => {
  assert.equal(say("en", "age.minutes", { count: 1 }), "1 minute ago");
  assert.equal(say("en", "age.minutes", { count: 2 }), "2 minutes ago");
  assert.equal(say("zh", "age.minutes", { count: 2 }), " 2 分钟前");
  assert.equal(say("en", "link.account-named", { channel: "telegram", peer: "{name}", name: "{peer}" }), '`telegram {name}` (who is called "{peer}" there)');
});

test("every command has its line in every language", () => {
  for (const { name } of COMMANDS) for (const language of LANGUAGES) assert.ok(say(language, `about.${name}`).length > 1, name);
});

test("whatever fails is said in Chinese without a word of English sentence, a path or a place that was not filled", () => {
  for (const code of ERROR_CODES) {
    const text = failureText("zh", new ContinuoError(code, "Something at /home/ann broke.", { fields: { attempts: 3, scope: "person", limit: "2 answers", hours: 1, minutes: 5 } }));
    assert.match(text, /^⚠️ .*\p{Script=Han}/u, code);
    assert.doesNotMatch(text, /\{|\/home|Something/, code);
  }
  assert.equal(failureText("en", new ContinuoError("TURN_LIMIT_REACHED", "You have used up today's 2 answers.")), "⚠️ You have used up today's 2 answers. Write again then, or ask the owner to raise the limit.");
});

const WRITTEN: readonly (readonly [text: string, language: "en" | "zh" | null])[] = [
  ["hello, how are you today?", "en"],
  ["你好，今天天气怎么样？", "zh"],
  ["好的", "zh"],
  ["帮我看看 TypeScript 的 config", "zh"],
  ["what does 你好 mean in a longer sentence like this one?", null],
  ["今日はいい天気ですね", null],
  ["カタカナだけ", null],
  ["ok", null],
  ["👍", null],
  ["1234567890123456", null],
  ["Привет, как дела сегодня?", null],
  ["", null],
];

for (const [text, language] of WRITTEN) {
  test(`${JSON.stringify(text)} is ${language ?? "no sign of a language"}`, () => assert.equal(guessLanguage(text), language));
}

test("a tag names a language by its first part", () => {
  assert.deepEqual(["zh-hans", "zh_CN", "ZH", "en-GB", "de", "", undefined].map(languageOfTag), ["zh", "zh", "zh", "en", null, null, null]);
});

test("the page of commands holds exactly what the table says", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/commands.md"), "utf8");
  const [, tables] = /<!-- commands: made by `node src\/texts\/commands-page\.ts` -->\n\n([^]*)$/.exec(page) ?? [];
  assert.equal(tables, renderCommands());
});
