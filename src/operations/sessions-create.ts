import { z } from "zod";
import { chatSend } from "./chat-send.ts";
import { define } from "./define.ts";
import { openTyped } from "./session-begin.ts";
import { requireSession } from "./session-find.ts";
import { sessionRow } from "./session-row.ts";
import { sessionsPatch, thinkingLevel as thinkingLevelOf } from "./sessions-patch.ts";

export const sessionsCreate = define({
  name: "sessions.create",
  scope: "write",
  input: z.object({
    key: z.string().min(1).max(512).optional(),
    agentId: z.string().max(64).optional(),
    label: z.string().trim().min(1).max(512).optional(),
    model: z.string().min(1).max(200).optional(),
    thinkingLevel: thinkingLevelOf,
    message: z.string().min(1).optional(),
    idempotencyKey: z.string().min(1).max(200).optional(),
    fork: z.literal(false, "fork is not supported here: use sessions.fork").optional(),
  }),
  example: { label: "Holidays", message: "Where shall we go?" },
  /** Begins a session with a key of its own, or opens the one that is named (spec 11.3). With a `message` its first turn is started. */
  async run(services, { key: named, agentId, label, model, thinkingLevel, message, idempotencyKey }, caller) {
    const agent = agentId ?? services.settings.agents().defaultId;
    const { key } = await openTyped(services, named ?? `agent:${agent}:dashboard:${services.ids.uuid()}`, agentId ?? null, caller);
    const chosen = { ...(label === undefined ? {} : { label }), ...(model === undefined ? {} : { model }), ...(thinkingLevel === undefined ? {} : { thinkingLevel }) };
    if (Object.keys(chosen).length > 0) await sessionsPatch.run(services, sessionsPatch.input.parse({ key, ...chosen }), caller);
    else services.live?.tell.sessionChanged(key, "create");
    const run = message === undefined ? null : await chatSend.run(services, chatSend.input.parse({ sessionKey: key, message, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }), caller);
    const session = await requireSession(services, key);
    return { ok: true as const, key, sessionId: session.sessionId, entry: sessionRow(services, session), runStarted: run !== null, ...(run === null ? {} : { runId: run.runId }) };
  },
});
