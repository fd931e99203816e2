import type { Channel, ChannelLog, MenuPage } from "../domain/channel.ts";
import { COMMANDS, type CommandRow } from "../domain/command.ts";
import type { Language } from "../domain/language.ts";
import { say } from "../texts/index.ts";
import type { RunningChannels } from "./channels.ts";

/** The default, which whoever speaks another language sees, and those that have texts of their own. */
const PAGES: readonly { readonly tag: Language | null; readonly language: Language }[] = [
  { tag: null, language: "en" },
  { tag: "zh", language: "zh" },
];

/** What makes sense in a room, and may be used by more than the owner. */
function isShown({ right, category }: CommandRow, place: MenuPage["place"]): boolean {
  return right !== "owner" && (place === "private" || category !== "people");
}

/** The command menus of a platform, made of the table of commands; `channels` are those that replies may be docked to. */
export function menuPages(channels: readonly string[]): MenuPage[] {
  return PAGES.flatMap(({ tag, language }) =>
    (["private", "group"] as const).map((place) => ({
      place,
      language: tag,
      entries: COMMANDS.filter((row) => isShown(row, place)).flatMap((row) => {
        const description = say(language, `about.${row.name}`);
        if (row.name !== "dock") return [{ name: row.name, description }];
        return channels.map((channel) => ({ name: `dock-${channel}`, description: `${description} (${channel})` }));
      }),
    })),
  );
}

/** Shows the commands where a platform has menus of its own. One that cannot be told works without. */
export async function offerMenus(channel: Channel | null, account: string, channels: readonly string[], log: ChannelLog): Promise<void> {
  try {
    await channel?.menu?.offer(account, menuPages(channels));
  } catch (error) {
    log.warn({ channel: channel?.name, account, err: error }, "the platform's command menu could not be written; commands work without it");
  }
}

/** The same on every account that is connected: what replies may be docked to has changed. */
export async function offerAllMenus(running: Pick<RunningChannels, "get" | "statuses">, channels: readonly string[], log: ChannelLog): Promise<void> {
  for (const { name, account, state } of running.statuses()) {
    if (state === "connected") await offerMenus(running.get(name), account, channels, log);
  }
}
