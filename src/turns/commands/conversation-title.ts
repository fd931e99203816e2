import { cutShort } from "../../domain/cut-short.ts";
import type { ConversationRow } from "../../store/tables.ts";

const LONGEST = 60;

/** What a conversation is called in a chat: as somebody named it, else what was said first in it. */
export function titleOf({ title, preview }: Pick<ConversationRow, "title" | "preview">): string {
  return cutShort((title ?? preview ?? "…").replace(/\s+/gu, " ").trim(), LONGEST);
}
