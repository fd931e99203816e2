import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { wordlessText } from "../domain/media.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import { findRunItem } from "../store/statements/find-run-item.ts";
import { attachmentSchema, MOST_ATTACHMENTS, offersOf } from "./chat-attachments.ts";
import { define } from "./define.ts";
import type { Caller } from "./operation.ts";
import type { Services } from "./services.ts";

/** A message that no model's window could hold; clients are told instead of being cut off. */
const MAX_MESSAGE_CHARS = 1_000_000;

const input = z
  .object({
    sessionKey: z.string().max(512).nullish(),
    agentId: z.string().max(64).nullish(),
    message: z.string(),
    idempotencyKey: z.string().min(1).max(200).optional(),
    attachments: z.array(attachmentSchema).max(MOST_ATTACHMENTS).nullish(),
  })
  .superRefine(({ message, attachments }, context) => {
    if (message === "" && (attachments ?? []).length === 0) context.addIssue({ code: "too_small", minimum: 1, inclusive: true, origin: "string", input: message, path: ["message"] });
  });

function operatorMessage(request: z.output<typeof input>, text: string, messageId: string, caller: Caller, now: number): InboundMessage {
  const target = { sessionKey: request.sessionKey ?? null, agentId: request.agentId ?? null };
  const said = directMessage({ channel: caller.channel, account: "default", senderId: "operator" }, { messageId, text, sentAt: now, target });
  return caller.locale === undefined ? said : { ...said, sender: { ...said.sender, language: caller.locale } };
}

/** The same key again: in flight while its turn waits or runs, then done (spec 11.3). */
async function duplicateStatus(services: Services, runId: string) {
  const item = await services.store.get(findRunItem, { run_id: runId });
  const ended = item?.state === "done" || item?.state === "dropped";
  return { runId, status: ended ? ("ok" as const) : ("in_flight" as const), cached: ended };
}

export const chatSend = define({
  name: "chat.send",
  scope: "write",
  input,
  example: { sessionKey: "main", message: "Hello", idempotencyKey: "7f0c7b1e" },
  /** Answers once the message is durably accepted; the reply comes as events of `runId` (spec 11.3, 11.4). */
  async run(services, request, caller) {
    if (!services.live) throw new ContinuoError("GATEWAY_UNREACHABLE", "No gateway is running that could answer.");
    if (request.message.length > MAX_MESSAGE_CHARS) {
      throw new ContinuoError("MESSAGE_TOO_LARGE", `The message has ${request.message.length} characters; ${MAX_MESSAGE_CHARS} is the most.`);
    }
    const runId = request.idempotencyKey ?? services.ids.uuid();
    const offered = offersOf(request.attachments ?? []);
    const text = request.message === "" ? wordlessText(offered.map(({ kind }) => kind)) : request.message;
    const message = operatorMessage(request, text, runId, caller, services.clock.now());
    const outcome = await services.live.receive(message, offered);
    switch (outcome.kind) {
      case "accepted":
        return { runId, status: "started" as const, sessionKey: outcome.sessionKey };
      case "duplicate":
        // Nothing is told of that session, and the message is not taken for one that was answered.
        if (outcome.sessionKey !== services.settings.keyOf(message.target?.sessionKey ?? null, message.target?.agentId ?? null)) {
          throw new ContinuoError("REQUEST_INVALID", "This idempotencyKey belongs to a message in another session. Use a new one for each message.");
        }
        return duplicateStatus(services, runId);
      case "answered":
        return { ok: true as const, runId, sessionKey: outcome.sessionKey, aborted: outcome.stopped.length > 0, runIds: outcome.stopped, text: outcome.text };
      case "dropped":
        throw new ContinuoError("REQUEST_FORBIDDEN", `The message was not admitted (${outcome.reason}).`);
    }
  },
});
