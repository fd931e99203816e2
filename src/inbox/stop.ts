import { readerOf, type ReceiveOutcome } from "../domain/message.ts";
import type { Admitted, ReplyRoute, Route } from "../domain/route.ts";
import { accept } from "./accept.ts";
import type { ReceiveParts } from "./parts.ts";

/** `/stop` overtakes what it stops; sent twice, it acts once. */
export async function stopNow(parts: ReceiveParts, admission: Admitted, route: Route): Promise<ReceiveOutcome> {
  const { message } = admission;
  const item = { message, route, command: { name: "stop", rest: "" }, state: "done" } as const;
  const reply: ReplyRoute = { address: message.address, audience: route.audience, peer: readerOf(message), replyTo: message.messageId };
  // Without naming its session, and so alone: one that names it may be done twice, and what is stopped then would be what
  // has begun meanwhile.
  const { outcome, answer } = await parts.store.transaction(async (tx) => {
    const outcome = await accept(tx, item, parts.ids, parts.clock);
    if (outcome.kind === "duplicate") return { outcome, answer: null };
    const stopped = await parts.sessions.stop(route.sessionKey);
    const text = await parts.sessions.stopAnswer(tx, message, stopped.length > 0);
    await parts.sayNow(tx, route.sessionKey, reply, text);
    return { outcome, answer: { text, stopped } };
  });
  if (answer === null) return outcome;
  parts.wakeOutbox();
  return { kind: "answered", sessionKey: route.sessionKey, ...answer };
}
