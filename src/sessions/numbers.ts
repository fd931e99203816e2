import type { ConversationRow } from "../store/tables.ts";

export interface Numbered {
  readonly row: ConversationRow;
  readonly isCurrent: boolean;
  /** As people count them, 1 being the newest; null for one in which nothing was said: there is nothing to come back to. */
  readonly number: number | null;
}

/** A session's conversations, newest first, with the numbers that they have in a chat, on the page and in the terminal. */
export function numbered(rows: readonly ConversationRow[], currentId: string | undefined): Numbered[] {
  let last = 0;
  return rows.map((row) => {
    const isCurrent = row.session_id === currentId;
    return { row, isCurrent, number: isCurrent || row.message_count > 0 ? ++last : null };
  });
}
