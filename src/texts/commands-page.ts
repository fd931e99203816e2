import { COMMANDS, usageOf, type CommandRow } from "../domain/command.ts";
import { LANGUAGES, type Language } from "../domain/language.ts";
import { say } from "./say.ts";

const TITLES: Readonly<Record<Language, string>> = { en: "English", zh: "中文" };
const RIGHTS = { own: "everybody who may write", authorised: "whoever may change the session", owner: "the owner" } as const;

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The tables of docs/commands.md, made of the table of commands so that the page cannot fall behind it. */
export function renderCommands(): string {
  const tables = LANGUAGES.map((language) => {
    const rows = COMMANDS.map((row) => {
      const words = [usageOf(row), ...(row as CommandRow).aliases.map((alias) => `/${alias}`)].map((word) => `\`${cell(word)}\``).join(", ");
      return `| ${words} | ${cell(say(language, `about.${row.name}`))} | ${RIGHTS[row.right]} |`;
    });
    return [`### ${TITLES[language]}`, "", "| Command | What it does | Who may |", "|---|---|---|", ...rows].join("\n");
  });
  return `${tables.join("\n\n")}\n`;
}

if (import.meta.main) process.stdout.write(renderCommands());
