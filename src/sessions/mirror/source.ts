import type { Entry } from "../../domain/entry.ts";
import type { Session } from "../../domain/session.ts";

/** What the mirror reads of the store; always a page at a time. */
export interface MirrorSource {
  readSession(key: string): Promise<Session | null>;
  /** Sessions of an agent whose key comes after `after` ("" begins), in the order of their keys. */
  pageSessions(agentId: string, after: string, limit: number): Promise<readonly Session[]>;
  /** Entries whose `seq` is greater, oldest first. */
  readEntries(sessionId: string, afterSeq: number, limit: number): Promise<readonly Entry[]>;
  /** How often an entry was changed by whoever said it: a file of before is written anew. */
  countAmends(sessionId: string): Promise<number>;
}

/** Rows of the list, and items of a transcript, that are read at once. */
export const SESSION_PAGE = 50;
export const ENTRY_PAGE = 100;
