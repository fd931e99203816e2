import { isOperatorChannel } from "../../domain/address.ts";
import { directMessage, type ChatKind, type InboundMessage, type Place } from "../../domain/message.ts";
import type { Route } from "../../domain/route.ts";
import type { EntryRow, ParticipantRow } from "../../store/tables.ts";

type Spoke = Pick<EntryRow, "channel" | "account" | "chat" | "thread" | "sender_id">;

/** Equal exactly for what one sender says in one place. */
export function speakerKey({ channel, account, chat, thread, sender_id }: Spoke): string {
  return JSON.stringify([channel, account, chat, thread ?? "", sender_id]);
}

/** What somebody would send from where they spoke: as much of it as routing looks at. */
export function messageOf(row: ParticipantRow): InboundMessage {
  return directMessage(
    { channel: row.channel, account: row.account, senderId: row.sender_id },
    {
      address: { channel: row.channel, account: row.account, chat: row.chat, thread: row.thread },
      chatKind: row.chat_kind as ChatKind,
      sender: { id: row.sender_id, name: row.sender_name, username: null },
      place: row.place === null ? null : (JSON.parse(row.place) as Place),
    },
  );
}

/** Their sessions are named by an operator, or are the owner's: nothing of routing moves them by itself. */
export function isOperator(row: Pick<ParticipantRow, "channel" | "explicit">): boolean {
  return row.explicit !== 0 || isOperatorChannel(row.channel);
}

/** The owner, a person by name, one identity, or everybody in a room. */
export interface Human {
  readonly id: string;
  readonly words: string;
}

export const OWNER: Human = Object.freeze({ id: "owner", words: "the owner" });

/** Who spoke, as they were known before the change: whom a link joins are two until then. */
export function humanOf(row: ParticipantRow, before: Route): Human {
  if (isOperatorChannel(row.channel) || before.isOwner) return OWNER;
  if (before.person !== null) return { id: `person:${before.person}`, words: before.person };
  const at = row.account === "default" ? row.channel : `${row.channel} (${row.account})`;
  const known = `${at} ${row.sender_id === "" ? "somebody without an id" : row.sender_id}`;
  return { id: `peer:${row.channel}:${row.account}:${row.sender_id}`, words: row.sender_name === null ? known : `${row.sender_name} (${known})` };
}

/** A room is read by more than those who spoke in it. */
export function roomOf({ channel, account, chat, chat_kind }: ParticipantRow): Human | null {
  if (chat_kind === "dm") return null;
  return { id: `room:${channel}:${account}:${chat}`, words: `everybody in the room ${channel} ${chat}` };
}
