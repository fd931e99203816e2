import type { Executor } from "../store/store.ts";
import { purgeAgentInbox } from "../store/statements/purge-agent-inbox.ts";

/** Removes a scratch agent's accepted messages. */
export async function purgeInbox(tx: Executor, agentId: string): Promise<void> {
  await tx.run(purgeAgentInbox, { agent_id: agentId });
}
