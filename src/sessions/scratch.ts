import type { Executor } from "../store/store.ts";
import { purgeAgentAsides } from "../store/statements/purge-agent-asides.ts";
import { purgeAgentConversations } from "../store/statements/purge-agent-conversations.ts";
import { purgeAgentEntries } from "../store/statements/purge-agent-entries.ts";
import { purgeEvents } from "../store/ledger.ts";
import { purgeAgentParticipants } from "../store/statements/purge-agent-participants.ts";
import { purgeAgentSessions } from "../store/statements/purge-agent-sessions.ts";

/** Agents with this prefix exist for the length of one check and are told to nobody. */
export const SCRATCH_AGENT_PREFIX = "continuo-verify-";

export function isScratchAgent(agentId: string): boolean {
  return agentId.startsWith(SCRATCH_AGENT_PREFIX);
}

export function isScratchKey(sessionKey: string): boolean {
  return sessionKey.startsWith(`agent:${SCRATCH_AGENT_PREFIX}`);
}

/** Removes a scratch agent's sessions with all that was said in them. They come last: what goes with them is found by their keys. */
export async function purgeSessions(tx: Executor, agentId: string): Promise<void> {
  const params = { agent_id: agentId };
  await purgeEvents(tx, agentId);
  for (const purge of [purgeAgentParticipants, purgeAgentAsides, purgeAgentEntries, purgeAgentConversations, purgeAgentSessions]) await tx.run(purge, params);
}
