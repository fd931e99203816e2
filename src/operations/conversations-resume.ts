import { z } from "zod";
import { resume } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";

export const conversationsResume = define({
  name: "conversations.resume",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), sessionId: z.string().min(1).max(128) }),
  example: { key: "main", sessionId: "f8282125-0000-4000-8000-000000000000" },
  /** Makes an earlier conversation current again: the undo of every reset (law 6). */
  async run(services, input) {
    const session = await requireSession(services, input.key);
    const now = services.clock.now();
    await services.store.transaction((tx) => resume(tx, session.key, input.sessionId, services.ids, now), session.key);
    services.live?.tell.sessionChanged(session.key, "resume");
    return { ok: true as const, key: session.key, sessionId: input.sessionId };
  },
});
