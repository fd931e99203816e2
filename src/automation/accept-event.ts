import { OPERATOR_CHANNELS } from "../domain/address.ts";
import { directMessage } from "../domain/message.ts";
import { accept, type Accepted } from "../inbox/accept.ts";
import type { Executor } from "../store/store.ts";
import type { JobParts } from "./parts.ts";

/** Something of the house for an agent, which begins a turn. */
export interface HouseEvent {
  readonly key: string;
  readonly agentId: string;
  /** Who reads the session that it is for. */
  readonly audience: string;
  readonly senderId: string;
  readonly senderName: string | null;
  /** What names it: a second one of the same name is refused. */
  readonly messageId: string;
  readonly text: string;
  readonly timeoutMs?: number | undefined;
}

/** Accepts it into its session, as an operator's who named that. Null: it was accepted before. */
export async function acceptEvent({ settings, ids }: JobParts, tx: Executor, event: HouseEvent, now: number): Promise<Extract<Accepted, { kind: "accepted" }> | null> {
  const { key, agentId, audience, senderId, senderName, messageId, text, timeoutMs } = event;
  const [channel = ""] = OPERATOR_CHANNELS;
  const said = directMessage({ channel, account: "default", senderId }, { messageId, text, sentAt: now, target: { sessionKey: key, agentId } });
  const message = { ...said, sender: { ...said.sender, name: senderName } };
  const route = { ...settings.route(message), sessionKey: key, agentId, audience };
  const accepted = await accept(tx, { message, route, command: null, state: "queued", origin: "system", timeoutMs }, ids, { now: () => now });
  return accepted.kind === "accepted" ? accepted : null;
}
