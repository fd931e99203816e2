import { join } from "node:path";
import type { Complaints } from "./complaints.ts";

/** What an id must look like to become part of a file's name: no dots, no separators, no surprises. */
const SAFE_ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Whether an agent's or a session's id may name a file. The mirror refuses every other one. */
export function isSafeId(id: string): boolean {
  return SAFE_ID.test(id);
}

/** Whether both may name files; the refusal is told once. */
export function isMirrorable(agentId: string, sessionId: string, complaints: Complaints): boolean {
  if (isSafeId(agentId) && isSafeId(sessionId)) return true;
  const message = "an id that cannot name a file is left out of the readable copy";
  complaints.once(`id ${agentId} ${sessionId}`, { agentId, sessionId }, message);
  return false;
}

/** The names inside one agent's mirror (spec 3.1). */
export const INDEX_FILE = "sessions.json";

/** Tells our own directories from those of a real OpenClaw install, which are never written to (spec A7). */
export const MARKER_FILE = ".continuo-mirror";

export const UNFINISHED_SUFFIX = ".continuo-tmp";

/** A file being written; renamed to `path` when it is whole. One writer per directory, so one name is enough. */
export function unfinished(path: string): string {
  return path + UNFINISHED_SUFFIX;
}

export function indexPath(directory: string): string {
  return join(directory, INDEX_FILE);
}

/** `sessionId` must have passed `isSafeId`. */
export function transcriptPath(directory: string, sessionId: string): string {
  return join(directory, `${sessionId}.jsonl`);
}

export function lockPath(directory: string, sessionId: string): string {
  return `${transcriptPath(directory, sessionId)}.lock`;
}
