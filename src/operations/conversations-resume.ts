import { z } from "zod";
import { resume } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { takeStep } from "./session-steps.ts";

export const conversationsResume = define({
  name: "conversations.resume",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), sessionId: z.string().min(1).max(128) }),
  example: { key: "main", sessionId: "f8282125-0000-4000-8000-000000000000" },
  /** Makes an earlier conversation current again: the undo of every reset (law 6). */
  async run(services, { key: typed, sessionId }) {
    const { key, messages, title, preview } = await takeStep(services, { typed, take: (tx, name, now) => resume(tx, name, sessionId, services.ids, now) });
    return { ok: true as const, key, sessionId, messages, title: title ?? preview ?? undefined };
  },
});
