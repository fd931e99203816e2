import type { RunningTurns } from "../sessions/repartition/types.ts";
import { findRunningTurn } from "../store/statements/find-running-turn.ts";
import { reassignTurn } from "../store/statements/reassign-turn.ts";

/** Turns that are not over, for those who sort sessions anew (law 7): only this room writes them. */
export const assignedTurns: RunningTurns = {
  find: (tx, sessionKey) => tx.get(findRunningTurn, { session_key: sessionKey }),
  reassign: async (tx, id, to) => void (await tx.run(reassignTurn, { id, ...to })),
};
