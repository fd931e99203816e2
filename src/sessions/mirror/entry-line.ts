import type { Entry } from "../../domain/entry.ts";
import { splitModel } from "./model-name.ts";
import { isoExact } from "./times.ts";

/**
 * One transcript item as one line, newline included (spec A13, 3.4 `seed+`): `role`, `content` and `timestamp` are always
 * there, the rest only where it is known. There is no header line, so every line has a role.
 * `firstKept` is the id of the entry from which on a summary leaves everything as it was said.
 */
export function entryLine(entry: Entry, firstKept: string | null = null): string {
  const named = entry.model === null ? null : splitModel(entry.model);
  const line = {
    role: entry.role,
    type: entry.compaction ? "compaction" : undefined,
    content: entry.text,
    timestamp: isoExact(entry.at),
    id: entry.id,
    parentId: entry.parentId,
    provider: named?.provider,
    model: named?.model,
    usage: entry.usage ?? undefined,
    stopReason: entry.stopReason ?? undefined,
    firstKeptEntryId: firstKept ?? undefined,
    tokensBefore: entry.compaction?.tokensBefore ?? undefined,
    attachments: entry.attachments ?? undefined,
  };
  return `${JSON.stringify(line)}\n`;
}
