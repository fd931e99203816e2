import { z } from "zod";
import { markClientRead } from "../sessions/reads.ts";
import { define } from "./define.ts";
import { requireConversation, requireSession } from "./session-find.ts";

export const readsMark = define({
  name: "reads.mark",
  scope: "write",
  input: z.object({ key: z.string().min(1).max(512), device: z.string().min(1).max(128), sessionId: z.string().min(1).max(128), seq: z.int().min(0) }),
  example: { key: "main", device: "page-1f6c", sessionId: "f8282125-0000-4000-8000-000000000000", seq: 12 },
  /** Notes how far a client has read a session, so that it opens there again. Errors: SESSION_NOT_FOUND. */
  async run(services, { key, device, sessionId, seq }) {
    const session = await requireSession(services, key);
    const conversation = await requireConversation(services, session, sessionId);
    const mark = { sessionId, seq: Math.min(seq, conversation.entry_seq), at: services.clock.now() };
    await services.store.transaction((tx) => markClientRead(tx, { key: session.key, who: "owner", device }, mark), session.key);
    return { ok: true as const };
  },
});
