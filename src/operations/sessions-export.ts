import { z } from "zod";
import { exportOne, FORMATS } from "../sessions/openclaw/index.ts";
import { define } from "./define.ts";
import { requireConversation, requireSession } from "./session-find.ts";

export const sessionsExport = define({
  name: "sessions.export",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512), sessionId: z.string().max(128).optional(), format: z.enum(FORMATS).default("jsonl") }),
  example: { key: "agent:main:main", format: "md" },
  /** One conversation as a text: `jsonl` and `json` can be imported again, `md` and `html` are for reading. Errors: SESSION_NOT_FOUND, MESSAGE_TOO_LARGE. */
  async run(services, { key, sessionId, format }) {
    const session = await requireSession(services, key);
    const conversation = await requireConversation(services, session, sessionId ?? session.sessionId);
    return { key: session.key, sessionId: conversation.session_id, format, ...(await exportOne(services.store, session, conversation, format)) };
  },
});
