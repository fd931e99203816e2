import type { BeganReason } from "../domain/session.ts";
import type { Turn } from "../domain/turn.ts";
import type { NewEntry } from "../sessions/transcript.ts";

const TEXTS: Readonly<Record<BeganReason, string>> = {
  "first-message": "New conversation.",
  new: "New conversation, started with /new. The earlier one is kept and can be resumed.",
  reset: "New conversation, started with /reset. The earlier one is kept and can be resumed.",
  clear: "The conversation was cleared. What was said is kept and can be resumed; /undo brings it back.",
  daily: "New conversation: the daily reset has passed. The earlier one is kept and can be resumed.",
  idle: "New conversation: this one was idle for longer than its limit. The earlier one is kept and can be resumed.",
  resumed: "Earlier conversation resumed.",
  forked: "A copy of the earlier conversation: what is said here leaves that one as it is.",
  imported: "Imported conversation.",
  repartitioned: "What was said here was sorted anew, because it was changed who shares a conversation. `continuo rollback` takes it back.",
};

/** The one line that a person sees when the session id changes (law 6). */
export function noticeText(reason: BeganReason): string {
  return TEXTS[reason];
}

/** The same line in the transcript: a `system` entry, never shown to a model. */
export function noticeEntry(turn: Turn, reason: BeganReason): NewEntry {
  const { address, audience } = turn.reply;
  return {
    role: "system",
    text: noticeText(reason),
    at: turn.startedAt,
    turnId: turn.id,
    from: { senderId: "continuo", senderName: null, person: null, address, audience },
    model: null,
    usage: null,
    stopReason: null,
  };
}
