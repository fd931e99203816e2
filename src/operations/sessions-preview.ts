import { z } from "zod";
import { readLatest } from "../sessions/transcript.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";
import type { Services } from "./services.ts";

async function preview(services: Services, key: string, limit: number, maxChars: number) {
  const session = await findTypedSession(services, key);
  if (!session) return { key, status: "missing" as const, items: [] };
  const entries = await readLatest(services.store, session.sessionId, limit);
  const items = entries
    .filter((entry) => entry.role !== "system")
    .map((entry) => ({ role: entry.role, text: entry.text.length > maxChars ? `${entry.text.slice(0, maxChars - 1)}…` : entry.text }));
  return { key, status: items.length > 0 ? ("ok" as const) : ("empty" as const), items };
}

export const sessionsPreview = define({
  name: "sessions.preview",
  scope: "read",
  input: z.object({
    keys: z.array(z.string().min(1).max(512)).min(1).max(100),
    limit: z.int().min(1).max(100).default(12),
    maxChars: z.int().min(20).max(2000).default(240),
  }),
  example: { keys: ["main"] },
  /** The last lines of some sessions (spec 11.3). */
  async run(services, input) {
    const previews = await Promise.all(input.keys.map((key) => preview(services, key, input.limit, input.maxChars)));
    return { ts: services.clock.now(), previews };
  },
});
