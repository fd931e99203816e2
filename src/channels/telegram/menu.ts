import type { Api } from "grammy";
import type { MenuPage } from "../../domain/channel.ts";

type Scope = { readonly type: "all_private_chats" | "all_group_chats" };

/** What the platform takes as a command, and how much of its description. */
const NAME = /^[a-z0-9_]{1,32}$/u;
const LONGEST_DESCRIPTION = 256;

function commandsOf({ entries }: MenuPage): { command: string; description: string }[] {
  return entries.flatMap(({ name, description }) => {
    // The platform's commands know no dash; both ways of writing it are understood.
    const command = name.replaceAll("-", "_");
    return NAME.test(command) ? [{ command, description: description.slice(0, LONGEST_DESCRIPTION) }] : [];
  });
}

/** Tells the platform what its command menu shows, page by page; what it shows already is left as it is. */
export async function offerMenu(api: Api, pages: readonly MenuPage[]): Promise<void> {
  for (const page of pages) {
    const scope: Scope = { type: page.place === "private" ? "all_private_chats" : "all_group_chats" };
    const where = { scope, ...(page.language === null ? {} : { language_code: page.language }) };
    const commands = commandsOf(page);
    const shown = await api.getMyCommands(where);
    if (JSON.stringify(shown.map(({ command, description }) => ({ command, description }))) === JSON.stringify(commands)) continue;
    await api.setMyCommands(commands, where);
  }
}
