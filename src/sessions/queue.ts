import { queuePolicy, type QueueChoice, type QueuePolicy } from "../domain/queue.ts";
import type { Executor } from "../store/store.ts";
import { findSessionQueue } from "../store/statements/find-session-queue.ts";
import { setSessionQueue } from "../store/statements/set-session-queue.ts";

/** What a session's people chose; null where they have not, or where there is no session yet. */
export async function readQueueChoice(store: Executor, sessionKey: string): Promise<QueueChoice | null> {
  const row = await store.get(findSessionQueue, { key: sessionKey });
  return row === undefined || row.queue === null ? null : (JSON.parse(row.queue) as QueueChoice);
}

/** How a session queues: its own choice, then what is configured for the channel (spec 12.2). */
export async function readQueue(store: Executor, sessionKey: string, configured: QueuePolicy): Promise<QueuePolicy> {
  return queuePolicy(configured, await readQueueChoice(store, sessionKey));
}

/** False when there is no such session. */
export async function chooseQueue(tx: Executor, sessionKey: string, choice: QueueChoice | null): Promise<boolean> {
  return (await tx.run(setSessionQueue, { key: sessionKey, queue: choice === null ? null : JSON.stringify(choice) })) > 0;
}
