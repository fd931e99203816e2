import type { Executor } from "./store.ts";
import { insertEvent } from "./statements/insert-event.ts";
import { purgeAgentEvents } from "./statements/purge-agent-events.ts";

/** A line of the ledger: what happened to sessions, people and replies, for whoever asks later. Never a text or a secret. */
export async function recordEvent(tx: Executor, event: { readonly at: number; readonly kind: string; readonly session_key: string | null; readonly data: object }): Promise<void> {
  await tx.run(insertEvent, { ...event, data: JSON.stringify(event.data) });
}

/** Removes a scratch agent's lines. */
export async function purgeEvents(tx: Executor, agentId: string): Promise<void> {
  await tx.run(purgeAgentEvents, { agent_id: agentId });
}
