import { failureText } from "../../texts/index.ts";
import type { Answer } from "./asked.ts";

/** `/compact [what to keep]`: sums up what was said first (spec 4.6, 7.2). */
export const compact: Answer = async (parts, { turn, item, rest, say, language, signal }) => {
  const done = await parts.history.compact({ key: turn.sessionKey, wish: rest === "" ? null : rest, by: item, signal });
  switch (done.kind) {
    case "compacted":
      parts.history.onChanged(turn.sessionKey, done.sessionId);
      return say("compact.done", { before: done.tokensBefore ?? "?", after: `~${done.tokensAfter}`, count: done.messages, kept: done.kept });
    case "skipped":
      return say(`compact.${done.reason}`);
    case "failed":
      return say("compact.failed", { why: failureText(language, done.error).replace(/^⚠️ /u, "") });
  }
};
