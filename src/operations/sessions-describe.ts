import { z } from "zod";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";
import { sessionRow } from "./session-row.ts";

export const sessionsDescribe = define({
  name: "sessions.describe",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512), agentId: z.string().max(64).nullish() }),
  example: { key: "main" },
  /** One session's row, or null (spec 11.3). */
  async run(services, input) {
    const session = await findTypedSession(services, input.key, input.agentId ?? null);
    return { session: session && sessionRow(services, session) };
  },
});
