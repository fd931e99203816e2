import type { Entry } from "../../domain/entry.ts";
import { splitModel } from "./model-name.ts";
import { isoExact } from "./times.ts";

/**
 * One transcript item as one line, newline included (spec A13, 3.4 `seed+`): `role`, `content` and `timestamp` are always
 * there, the rest only where it is known. There is no header line, so every line has a role.
 */
export function entryLine(entry: Entry): string {
  const named = entry.model === null ? null : splitModel(entry.model);
  const line = {
    role: entry.role,
    content: entry.text,
    timestamp: isoExact(entry.at),
    id: entry.id,
    parentId: entry.parentId,
    provider: named?.provider,
    model: named?.model,
    usage: entry.usage ?? undefined,
    stopReason: entry.stopReason ?? undefined,
  };
  return `${JSON.stringify(line)}\n`;
}
