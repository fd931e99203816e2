import { z } from "zod";
import { define } from "./define.ts";

const COMMANDS: readonly (readonly [name: string, description: string, acceptsArgs: boolean])[] = [
  ["new", "Start a new conversation; the earlier one is kept", true],
  ["reset", "The same as /new", true],
  ["stop", "Stop the answer that is being written", false],
  ["link", "Join another account of yours to this conversation", true],
  ["unlink", "Take this account out of its link", false],
  ["why", "Explain where your last message went", false],
  ["queue", "Show or change what becomes of messages that arrive while an answer is being written", true],
  ["undock", "Let the answers come to where you write again", false],
  ["help", "Show the commands", false],
];

export const commandsList = define({
  name: "commands.list",
  scope: "read",
  input: z.object({ agentId: z.string().nullish(), scope: z.string().nullish(), includeArgs: z.boolean().nullish() }),
  example: {},
  /** The chat commands (spec 11.3). */
  async run() {
    const commands = COMMANDS.map(([name, description, acceptsArgs]) => ({
      name,
      textAliases: [`/${name}`],
      description,
      category: "session",
      source: "native",
      scope: "both",
      acceptsArgs,
    }));
    return { commands };
  },
});
