import type { Session } from "../../domain/session.ts";
import { createIndexFile, type IndexFile, type IndexParts } from "./index-file.ts";

/** Every agent's list of sessions, made when the first of them is met. */
export interface Lists {
  put(session: Session): void;
  /** A session is gone, of whichever agent. */
  remove(): void;
  isDirty(): boolean;
  /** What is to be written now, by agent: all that changed, or only what is due. */
  waiting(all: boolean): readonly (readonly [agentId: string, list: IndexFile])[];
}

export function createLists(parts: Omit<IndexParts, "agentId">): Lists {
  const lists = new Map<string, IndexFile>();
  return {
    put(session) {
      const { agentId } = session;
      const list = lists.get(agentId) ?? createIndexFile({ ...parts, agentId });
      lists.set(agentId, list);
      list.put(session);
    },
    remove() {
      for (const list of lists.values()) list.remove();
    },
    isDirty: () => [...lists.values()].some((list) => list.isDirty()),
    waiting: (all) => [...lists].filter(([, list]) => (all ? list.isDirty() : list.isDue())),
  };
}
