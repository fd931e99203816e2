import type { Language } from "../domain/language.ts";
import type { BeganReason } from "../domain/session.ts";
import type { Turn } from "../domain/turn.ts";
import type { NewEntry } from "../sessions/transcript.ts";
import { say } from "../texts/index.ts";

/** The one line that a person sees when the session id changes (law 6). */
export function noticeText(language: Language, reason: BeganReason): string {
  return say(language, `began.${reason}`);
}

/** The same line in the transcript: a `system` entry, never shown to a model. */
export function noticeEntry(turn: Turn, language: Language, reason: BeganReason): NewEntry {
  const { address, audience } = turn.reply;
  return {
    role: "system",
    text: noticeText(language, reason),
    at: turn.startedAt,
    turnId: turn.id,
    from: { senderId: "continuo", senderName: null, person: null, address, audience },
    model: null,
    usage: null,
    stopReason: null,
  };
}
