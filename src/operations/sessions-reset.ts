import { z } from "zod";
import { beginAnew } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";
import { sessionRow } from "./session-row.ts";
import { takeStep } from "./session-steps.ts";

export const sessionsReset = define({
  name: "sessions.reset",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512), agentId: z.string().max(64).nullish(), reason: z.enum(["new", "reset"]).default("reset") }),
  example: { key: "main", reason: "new" },
  /** Begins a new conversation; what was chosen for the session stays (spec 4.4). An answer that is being written ends. */
  async run(services, { key: typed, agentId, reason }) {
    const session = await requireSession(services, typed, agentId ?? null);
    await services.live?.turns.abort(session.key, null);
    const { key, from, to } = await takeStep(services, { typed: session.key, take: (tx, name, now) => beginAnew(tx, name, reason, services.ids, now) });
    return { ok: true as const, key, entry: sessionRow(services, await requireSession(services, key)), from, to, messages: from === to ? 0 : session.counters.messages };
  },
});
