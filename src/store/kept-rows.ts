import type { ConversationRow, EntryRow, SessionRow } from "./tables.ts";

/** What a conversation begins with, beside what is said of it. */
export const NEW_CONVERSATION = { amends: 0, title: null, forked_from: null, compactions: 0, compacted_at: null } as const;

const LATER_SESSION = { queue: null, choices: null, pinned_at: null, archived_at: null, pointed_at: null } as const;
const LATER_ENTRY = { message_id: null } as const;

/** Rows that were kept as JSON, perhaps by an older version: what its schema did not have yet is as it is in a new row. */
export function keptSession(row: SessionRow): SessionRow {
  return { ...LATER_SESSION, ...row };
}

export function keptConversation(row: ConversationRow): ConversationRow {
  return { ...NEW_CONVERSATION, ...row };
}

export function keptEntry(row: EntryRow): EntryRow {
  return { ...LATER_ENTRY, ...row };
}
