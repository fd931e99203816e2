import type { ConversationRow } from "../../store/tables.ts";

const LONGEST = 60;

/** What a conversation is called in a chat: as somebody named it, else what was said first in it. */
export function conversationName({ title, preview }: Pick<ConversationRow, "title" | "preview">): string {
  const characters = Array.from((title ?? preview ?? "…").replace(/\s+/gu, " ").trim());
  return characters.length <= LONGEST ? characters.join("") : `${characters.slice(0, LONGEST - 1).join("")}…`;
}
