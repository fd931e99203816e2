import type { Executor } from "../store/store.ts";
import { purgeAgentTurns } from "../store/statements/purge-agent-turns.ts";

/** Removes a scratch agent's turns. */
export async function purgeTurns(tx: Executor, agentId: string): Promise<void> {
  await tx.run(purgeAgentTurns, { agent_id: agentId });
}
