import type { Executor } from "../store/store.ts";
import { purgeAgentConversations } from "../store/statements/purge-agent-conversations.ts";
import { purgeAgentEntries } from "../store/statements/purge-agent-entries.ts";
import { purgeAgentEvents } from "../store/statements/purge-agent-events.ts";
import { purgeAgentInbox } from "../store/statements/purge-agent-inbox.ts";
import { purgeAgentOutbox } from "../store/statements/purge-agent-outbox.ts";
import { purgeAgentSessions } from "../store/statements/purge-agent-sessions.ts";
import { purgeAgentTurns } from "../store/statements/purge-agent-turns.ts";

/** Agents with this prefix exist for the length of one check and are told to nobody. */
export const SCRATCH_AGENT_PREFIX = "continuo-verify-";

export function isScratchAgent(agentId: string): boolean {
  return agentId.startsWith(SCRATCH_AGENT_PREFIX);
}

export function isScratchKey(sessionKey: string): boolean {
  return sessionKey.startsWith(`agent:${SCRATCH_AGENT_PREFIX}`);
}

/** Removes everything that a scratch agent left in the store. */
export async function purgeAgent(tx: Executor, agentId: string): Promise<void> {
  const params = { agent_id: agentId };
  for (const purge of [purgeAgentOutbox, purgeAgentEvents, purgeAgentEntries, purgeAgentConversations]) await tx.run(purge, params);
  for (const purge of [purgeAgentInbox, purgeAgentTurns, purgeAgentSessions]) await tx.run(purge, params);
}
