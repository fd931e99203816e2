import type { EntryRow } from "../../store/tables.ts";
import type { KeyPlace } from "./keys.ts";
import { storable } from "./fields.ts";
import type { Placed } from "./transcript.ts";

/** Where the words of an imported session were said, as far as its key and its row tell. */
export interface SaidAt {
  readonly place: KeyPlace;
  readonly sessionId: string;
  /** The chat of its last route, on the same channel. */
  readonly chat: string | null;
}

const OPERATOR = "operator";

/** Ids of entries are unique within a transcript alone: in the store they are within everything. */
export function entryId(sessionId: string, id: string): string {
  return `${sessionId}.${id}`;
}

function transport({ place, chat }: SaidAt): Pick<EntryRow, "channel" | "account" | "chat" | "thread"> {
  const known = place.chat ?? chat;
  if (known === null) return { channel: "webchat", account: "default", chat: OPERATOR, thread: null };
  return { channel: place.channel, account: place.account, chat: known, thread: place.thread };
}

/** In a direct chat its other side spoke; in a room nobody knows, unless the line says who. */
function senderOf(at: SaidAt, { said }: Placed): Pick<EntryRow, "sender_id" | "sender_name" | "person"> {
  const { place } = at;
  if (said.role !== "user") return { sender_id: said.role === "system" ? "continuo" : place.agentId, sender_name: null, person: null };
  if (place.chatKind !== "dm") return { sender_id: said.sender?.id ?? "", sender_name: said.sender?.name ?? null, person: null };
  return { sender_id: place.chat ?? at.chat ?? OPERATOR, sender_name: said.sender?.name ?? null, person: place.person };
}

function metaOf({ said, firstKeptSeq }: Placed): string | null {
  const compaction = said.compaction === null ? null : { firstKeptSeq, tokensBefore: said.compaction.tokensBefore };
  const attachments = said.attachments.length === 0 ? null : said.attachments;
  const known = Object.entries({ usage: said.usage, stopReason: said.stopReason, compaction, attachments, source: said.kept }).filter(([, value]) => value !== null);
  return known.length === 0 ? null : storable(JSON.stringify(Object.fromEntries(known)));
}

/** An entry as the store keeps it. */
export function entryRow(at: SaidAt, entry: Placed): EntryRow {
  const { sessionId, place } = at;
  return {
    session_id: sessionId,
    seq: entry.seq,
    id: entryId(sessionId, entry.id),
    session_key: place.key,
    parent_id: entry.parentId === null ? null : entryId(sessionId, entry.parentId),
    turn_id: null,
    role: entry.said.role,
    text: storable(entry.said.text),
    at: entry.at,
    ...transport(at),
    ...senderOf(at, entry),
    audience: place.audience,
    model: entry.said.model,
    meta: metaOf(entry),
    message_id: null,
  };
}
