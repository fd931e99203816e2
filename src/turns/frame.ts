import type { Turn } from "../domain/turn.ts";

/** What every event of a turn carries. */
export function frameOf(turn: Turn, at: number) {
  const { id: turnId, sessionKey, sessionId, agentId } = turn;
  return { turnId, runIds: turn.items.map((item) => item.runId), sessionKey, sessionId, agentId, at };
}
