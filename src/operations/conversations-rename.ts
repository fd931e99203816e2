import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { title } from "../sessions/choices.ts";
import { recordEvent } from "../store/ledger.ts";
import { findConversation } from "../store/statements/find-conversation.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";

export const conversationsRename = define({
  name: "conversations.rename",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), sessionId: z.string().min(1).max(128), title: z.string().trim().min(1).max(200).nullable() }),
  example: { key: "main", sessionId: "f8282125-0000-4000-8000-000000000000", title: "Lisbon in May" },
  /** What one of a session's conversations is called in lists; null takes the name back. Errors: SESSION_NOT_FOUND. */
  async run(services, input, caller) {
    const { store, clock, live } = services;
    const { key } = await requireSession(services, input.key);
    await store.transaction(async (tx) => {
      const conversation = await tx.get(findConversation, { session_id: input.sessionId });
      if (conversation?.key !== key) throw new ContinuoError("SESSION_NOT_FOUND", `There is no conversation ${input.sessionId} under ${key}.`);
      await title(tx, input.sessionId, input.title);
      await recordEvent(tx, { at: clock.now(), kind: "session.titled", session_key: key, data: { sessionId: input.sessionId, by: caller.clientName } });
    }, key);
    live?.tell.sessionChanged(key, "patch");
    return { ok: true as const, key, sessionId: input.sessionId, title: input.title };
  },
});
