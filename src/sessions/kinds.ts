import type { ChatKind } from "../domain/message.ts";

/** What a session is for: lists are filtered by it, and maintenance keeps each kind for its own time. */
export const SESSION_KINDS = ["direct", "group", "channel", "thread", "cron", "hook", "subagent", "global"] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

const SOURCES: readonly SessionKind[] = ["cron", "hook", "subagent"];

/** By the key's form (spec 2.1): ids in it have no colons, so a marker is one. */
export function kindOfSession(key: string, chatKind: ChatKind): SessionKind {
  if (key === "global") return "global";
  const [first, , third, ...rest] = key.split(":");
  const source = first === "agent" ? third : first;
  const made = SOURCES.find((kind) => kind === source);
  if (made !== undefined) return made;
  if (rest.some((segment, index) => (segment === "thread" || segment === "topic") && index < rest.length - 1)) return "thread";
  return chatKind === "dm" ? "direct" : chatKind;
}

/** `dm` is `direct`, and `group` is every room, with its threads: what spec 10.1 shows as that kind. */
export function isOfKind(wanted: string, key: string, chatKind: ChatKind): boolean {
  const kind = kindOfSession(key, chatKind);
  if (wanted === "group") return chatKind !== "dm";
  return kind === (wanted === "dm" ? "direct" : wanted);
}
