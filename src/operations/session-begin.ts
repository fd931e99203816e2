import { directMessage } from "../domain/message.ts";
import type { Session } from "../domain/session.ts";
import { beginEmpty } from "../sessions/begin.ts";
import type { Caller } from "./operation.ts";
import { findTypedSession, requireSession } from "./session-find.ts";
import type { Services } from "./services.ts";

/** The session that an operator names, begun where nobody has spoken yet: as if they had said something there. */
export async function openTyped(services: Services, typed: string, agentId: string | null, caller: Caller): Promise<Session> {
  const found = await findTypedSession(services, typed, agentId);
  if (found !== null) return found;
  const { store, explain, ids, clock } = services;
  const route = explain.route(directMessage({ channel: caller.channel, account: "default", senderId: "operator" }, { target: { sessionKey: typed, agentId } }));
  const place = { key: route.sessionKey, agentId: route.agentId, channel: caller.channel, audience: route.audience };
  await store.transaction((tx) => beginEmpty(tx, place, ids, clock.now()), place.key);
  return requireSession(services, place.key);
}
