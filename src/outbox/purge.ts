import type { Executor } from "../store/store.ts";
import { redactTurnDeliveries } from "../store/statements/redact-turn-deliveries.ts";
import { purgeAgentOutbox } from "../store/statements/purge-agent-outbox.ts";

/** Removes a scratch agent's deliveries, found by its sessions: call it before those go. */
export async function purgeOutbox(tx: Executor, agentId: string): Promise<void> {
  await tx.run(purgeAgentOutbox, { agent_id: agentId });
}

/** What a turn's replies said is not kept any more; what is on its way still arrives. */
export async function redactDeliveries(tx: Executor, turnId: string, text: string): Promise<void> {
  await tx.run(redactTurnDeliveries, { turn_id: turnId, text });
}
