import type { Session } from "../../domain/session.ts";
import { createIndexFile, type IndexFile, type IndexParts } from "./index-file.ts";

/** Every agent's list of sessions, made when the first of them is met. */
export interface Lists {
  put(session: Session): void;
  /** A session is gone, of whichever agent. */
  remove(): void;
  /** It is written anew, whatever lies there. */
  renew(agentId: string): void;
  isDirty(): boolean;
  /** What is to be written now, by agent: all that changed, or only what is due. */
  waiting(all: boolean): readonly (readonly [agentId: string, list: IndexFile])[];
}

export function createLists(parts: Omit<IndexParts, "agentId">): Lists {
  const lists = new Map<string, IndexFile>();
  const listOf = (agentId: string): IndexFile => {
    const list = lists.get(agentId) ?? createIndexFile({ ...parts, agentId });
    lists.set(agentId, list);
    return list;
  };
  return {
    put: (session) => listOf(session.agentId).put(session),
    // To have lost a row it need not have known any.
    renew: (agentId) => listOf(agentId).remove(),
    remove() {
      for (const list of lists.values()) list.remove();
    },
    isDirty: () => [...lists.values()].some((list) => list.isDirty()),
    waiting: (all) => [...lists].filter(([, list]) => (all ? list.isDirty() : list.isDue())),
  };
}
