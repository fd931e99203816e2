import { join } from "node:path";
import { z } from "zod";
import { beginAnew } from "../sessions/steps.ts";
import { define } from "./define.ts";
import { requireSession } from "./session-find.ts";
import { takeStep } from "./session-steps.ts";

export const sessionsClear = define({
  name: "sessions.clear",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "main" },
  /** Empties the history and keeps everything that was chosen (spec 4.6, `/clear`). `archived`: the readable file of what was said. */
  async run(services, input) {
    const session = await requireSession(services, input.key);
    await services.live?.turns.abort(session.key, null);
    const { key, from, to } = await takeStep(services, { typed: session.key, take: (tx, name, now) => beginAnew(tx, name, "clear", services.ids, now) });
    const archived = from === to ? [] : [join(services.facts.stateDir, "agents", session.agentId, "sessions", `${from}.jsonl`)];
    return { ok: true as const, key, uuid: to, archived, messages: from === to ? 0 : session.counters.messages };
  },
});
