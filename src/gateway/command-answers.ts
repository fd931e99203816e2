import { z } from "zod";
import type { Ids } from "../domain/ids.ts";
import type { Call, Method, Outcome } from "./methods.ts";
import type { CommandReply } from "./turn-events.ts";

/** What `chat.send` answers to a text that was a command and acted at once, such as `/stop`. */
const answeredPayload = z.looseObject({ text: z.string(), status: z.undefined().optional(), runId: z.string().optional(), sessionKey: z.string().optional() });

const target = z.looseObject({ sessionKey: z.string().nullish(), idempotencyKey: z.string().optional() });

export interface CommandAnswers {
  readonly ids: Ids;
  resolveKey(typed: string): string;
  publish(reply: CommandReply): void;
}

/**
 * `chat.send` whose commands are answered in the chat too: what acted at once has no turn, so its `chat` final is
 * told here, under the run id that the client waits for and after the response (docs/protocol.md, spec 11.3).
 */
export function answerCommands(chatSend: Method, { ids, resolveKey, publish }: CommandAnswers): Method {
  async function run(call: Call): Promise<Outcome> {
    const asked = target.safeParse(call.params);
    // What is malformed keeps its shape: the operation names what is wrong with it.
    if (!asked.success) return chatSend.run(call);
    const { idempotencyKey = ids.uuid() } = asked.data;
    const outcome = await chatSend.run({ ...call, params: { ...asked.data, idempotencyKey } });
    if (!outcome.ok) return outcome;
    const answered = answeredPayload.safeParse(outcome.payload);
    if (!answered.success) return outcome;
    const { text, runId = idempotencyKey } = answered.data;
    const sessionKey = answered.data.sessionKey ?? resolveKey(asked.data.sessionKey ?? "main");
    return {
      ok: true,
      payload: { ...answered.data, runId, sessionKey, status: "ok" },
      afterwards: () => publish({ runId, sessionKey, text }),
    };
  }
  return { name: chatSend.name, scope: chatSend.scope, run };
}
