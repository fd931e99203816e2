import type { Speaker } from "../../domain/entry.ts";
import type { Turn } from "../../domain/turn.ts";
import { isOperatorChannel } from "../../domain/address.ts";
import { roomAudience } from "../../routing/keys.ts";
import { readAfter, readLatest } from "../../sessions/transcript.ts";
import { listSessionParticipants } from "../../store/statements/list-session-participants.ts";
import type { ConversationRow, ParticipantRow } from "../../store/tables.ts";
import { guardReply, hasForeign } from "../guard.ts";
import type { CommandParts } from "./asked.ts";

/** An answer is made of what was said before it. */
const NEAR = 20;
/** In these stands what a conversation is shown by. */
const FIRST = 5;
/** More than speak in any session that is not shared by its scope. */
const MOST_SPEAKERS = 1_000;

/** Law 5: whether whoever reads a command's answer may read what stands at a place. */
export async function mayReadAt({ store, settings }: CommandParts, turn: Turn, sessionId: string, seq: number): Promise<boolean> {
  return guardReply(settings, turn, await readLatest(store, sessionId, NEAR, seq + 1)) === null;
}

function speakerOf({ channel, account, chat, thread, chat_kind, sender_id: senderId }: ParticipantRow, turn: Turn): Speaker {
  // What an operator says in a session is said to its readers.
  const audience = isOperatorChannel(channel) ? turn.reply.audience : chat_kind === "dm" ? "" : roomAudience(channel, account, chat, thread);
  return { channel, account, senderId, audience };
}

type Shown = Pick<ConversationRow, "session_id" | "preview">;

/**
 * The same conversations, without what was said first in those that began with words which are not for this reader: a link
 * that has ended leaves them in the list where nothing was moved.
 */
export async function withReadablePreviews<Row extends Shown>({ store, settings }: CommandParts, turn: Turn, rows: readonly Row[]): Promise<Row[]> {
  const speakers = await store.all(listSessionParticipants, { session_key: turn.sessionKey, limit: MOST_SPEAKERS });
  if (!hasForeign(settings, turn, speakers.map((row) => speakerOf(row, turn)))) return [...rows];
  const shown: Row[] = [];
  for (const row of rows) {
    const isReadable = row.preview === null || guardReply(settings, turn, await readAfter(store, row.session_id, 0, FIRST)) === null;
    shown.push(isReadable ? row : { ...row, preview: null });
  }
  return shown;
}
