import type { Entry } from "../../domain/entry.ts";
import { readLatest } from "../../sessions/transcript.ts";
import type { Answer } from "./asked.ts";

/** What fits a chat; the page and the terminal export all of it. */
const MOST_ENTRIES = 200;
const MOST_CHARS = 12_000;

function lineOf({ role, text, at, from }: Entry, agent: string): string {
  const who = role === "assistant" ? agent : (from.senderName ?? from.senderId);
  return `**${who}** · ${new Date(at).toISOString().slice(0, 16).replace("T", " ")}\n${text}`;
}

/** `/export`: the conversation as text, the newest part of it where it is long. */
export const exportHere: Answer = async (parts, { turn, say }) => {
  const entries = await readLatest(parts.store, turn.sessionId, MOST_ENTRIES);
  const said = entries.filter(({ role }) => role === "user" || role === "assistant");
  const agent = parts.settings.agents().get(turn.agentId).name ?? turn.agentId;
  const lines: string[] = [];
  let chars = 0;
  for (const entry of said.toReversed()) {
    const line = lineOf(entry, agent);
    chars += line.length;
    if (chars > MOST_CHARS && lines.length > 0) break;
    lines.unshift(line);
  }
  if (lines.length === 0) return say("export.empty");
  const isAll = lines.length === said.length && entries.length < MOST_ENTRIES;
  return [...(isAll ? [] : [say("export.part", { count: lines.length, key: turn.sessionKey })]), ...lines].join("\n\n");
};
