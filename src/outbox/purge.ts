import type { Executor } from "../store/store.ts";
import { purgeAgentOutbox } from "../store/statements/purge-agent-outbox.ts";

/** Removes a scratch agent's deliveries, found by its sessions: call it before those go. */
export async function purgeOutbox(tx: Executor, agentId: string): Promise<void> {
  await tx.run(purgeAgentOutbox, { agent_id: agentId });
}
