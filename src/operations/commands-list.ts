import { z } from "zod";
import { COMMANDS, type CommandRow } from "../domain/command.ts";
import { LANGUAGES } from "../domain/language.ts";
import { say } from "../texts/index.ts";
import { define } from "./define.ts";

/** Our categories in the protocol's words: clients refuse others. */
const CATEGORIES = { session: "session", answers: "options", people: "management", help: "status" } as const satisfies Record<CommandRow["category"], string>;

export const commandsList = define({
  name: "commands.list",
  scope: "read",
  input: z.object({ agentId: z.string().max(64).nullish(), scope: z.string().max(64).nullish(), includeArgs: z.boolean().nullish(), language: z.enum(LANGUAGES).nullish() }),
  example: {},
  /** The chat commands (spec 11.3). */
  async run(_, { language }) {
    const commands = COMMANDS.map(({ name, aliases, args, category }) => ({
      name,
      textAliases: [name, ...aliases].map((word) => `/${word}`),
      description: say(language ?? "en", `about.${name}`),
      category: CATEGORIES[category],
      source: "native",
      scope: "both",
      acceptsArgs: args !== null,
    }));
    return { commands };
  },
});
