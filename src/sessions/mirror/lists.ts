import type { Clock } from "../../domain/clock.ts";
import type { Session } from "../../domain/session.ts";
import { createIndexFile, type IndexFile } from "./index-file.ts";
import type { MirrorSource } from "./source.ts";

/** A session id with the agent that it belongs to. */
export interface TranscriptPlace {
  readonly agentId: string;
  readonly sessionId: string;
}

/** Every agent's list of sessions, made when the first of them is met. */
export interface Lists {
  put(session: Session): Promise<void>;
  /** Takes a key off; where a list had it, its transcript is returned. */
  remove(key: string): readonly TranscriptPlace[];
  isDirty(): boolean;
  /** What is to be written now, by agent: all that changed, or only what is due. */
  waiting(all: boolean): readonly (readonly [agentId: string, list: IndexFile])[];
}

export function createLists(source: Pick<MirrorSource, "pageSessions">, clock: Clock): Lists {
  const lists = new Map<string, IndexFile>();
  return {
    async put(session) {
      const list = lists.get(session.agentId) ?? createIndexFile(session.agentId, source, clock);
      lists.set(session.agentId, list);
      await list.load();
      list.put(session);
    },
    remove: (key) =>
      [...lists].flatMap(([agentId, list]) => {
        const sessionId = list.remove(key);
        return sessionId === null ? [] : [{ agentId, sessionId }];
      }),
    isDirty: () => [...lists.values()].some((list) => list.isDirty()),
    waiting: (all) => [...lists].filter(([, list]) => (all ? list.isDirty() : list.isDue())),
  };
}
