import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import { deleteSession } from "../sessions/maintenance/index.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";

/** An answer that was stopped a moment ago is still being written down. */
const PAUSE_MS = 50;
const MOST_TRIES = 60;

async function untilQuiet<Result>(waits: boolean, attempt: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!waits || tries === MOST_TRIES || !isContinuoError(error) || error.code !== "SESSION_BUSY") throw error;
      await pause(PAUSE_MS);
    }
  }
}

export const sessionsDelete = define({
  name: "sessions.delete",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), agentId: z.string().max(64).nullish(), deleteTranscript: z.boolean().optional() }),
  example: { key: "agent:main:telegram:dm:42" },
  /** Moves a session and all its conversations into the trash, from where `sessions.restore` brings them back. An answer that is being written ends. Errors: SESSION_BUSY. */
  async run(services, { key: typed, agentId }) {
    const { store, clock, ids, live, settings } = services;
    const session = await findTypedSession(services, typed, agentId ?? null);
    const nothing = { ok: true as const, key: session?.key ?? typed, deleted: false, archived: [] };
    if (session === null) return nothing;
    const { key } = session;
    if (settings.maintenance().isMain(key, session.agentId)) throw new ContinuoError("REQUEST_INVALID", `Cannot delete the main session (${key}).`, { fields: { cure: "Empty it with `continuo sessions clear`." } });
    const stopped = (await live?.turns.abort(key, null)) ?? [];
    const deleted = await untilQuiet(stopped.length > 0, () => deleteSession(store, clock, ids, key));
    if (deleted === null) return nothing;
    live?.tell.conversationsMoved(deleted.conversations);
    return { ...nothing, deleted: true };
  },
});
