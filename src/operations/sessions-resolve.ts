import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { EVERY_SESSION, findSessions } from "../sessions/search.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";

export const sessionsResolve = define({
  name: "sessions.resolve",
  scope: "read",
  input: z
    .object({ key: z.string().min(1).max(512).optional(), sessionId: z.string().min(1).max(128).optional(), label: z.string().min(1).max(512).optional(), agentId: z.string().max(64).optional() })
    .refine(({ key, sessionId, label }) => [key, sessionId, label].filter((selector) => selector !== undefined).length === 1, "exactly one of key, sessionId and label"),
  example: { key: "main" },
  /** The canonical key of a session that is named by its key, one of its session ids, or its label (spec 11.3). Errors: SESSION_NOT_FOUND. */
  async run(services, { key, sessionId, label, agentId }) {
    if (label !== undefined) {
      const [found] = await findSessions(services.store, { ...EVERY_SESSION, label, agent: agentId?.toLowerCase() ?? "" }, { limit: 1, offset: 0 });
      if (found === undefined) throw new ContinuoError("SESSION_NOT_FOUND", `No session found with label: ${label}`);
      return { ok: true as const, key: found.key, agentId: found.agent_id };
    }
    const typed = key ?? sessionId ?? "";
    const session = await findTypedSession(services, typed, agentId ?? null);
    if (session === null) throw new ContinuoError("SESSION_NOT_FOUND", `No session found: ${typed}`);
    return { ok: true as const, key: session.key, agentId: session.agentId };
  },
});
