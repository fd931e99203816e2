import { isOperatorChannel } from "../../domain/address.ts";
import type { ChatKind } from "../../domain/message.ts";
import { canonicalKey, idSegment, peerAudience, roomAudience } from "../../routing/keys.ts";
import { nameKey } from "../../routing/people.ts";
import { asFields, idIn, textIn, type Fields } from "./fields.ts";

/** Where a key says that its messages come from. */
export interface KeyPlace {
  readonly key: string;
  readonly agentId: string;
  readonly chatKind: ChatKind;
  readonly channel: string;
  readonly account: string;
  /** The other side of a direct chat, or the room; null where the key is not about a chat. */
  readonly chat: string | null;
  readonly thread: string | null;
  /** The linked person, as the configuration spells the name. */
  readonly person: string | null;
  readonly audience: string;
}

/** What is known of people where the sessions go. */
export interface Known {
  readonly mainKey: string;
  readonly defaultAgentId: string;
  /** The names of linked people, by how names are compared. */
  readonly persons: ReadonlyMap<string, string>;
  /** Who reads what somebody says in a direct chat there. */
  audienceOf(channel: string, account: string, peer: string): string;
  /** Who reads what a linked person says: the owner reads as the owner. */
  audienceOfPerson(person: string): string;
}

const CHATS: Readonly<Record<string, ChatKind>> = { dm: "dm", group: "group", channel: "channel", room: "channel" };

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // an id of a platform with a percent sign of its own
  }
}

/** Everything in a row that is an id as the platform spells it: the keys of OpenClaw are all lower case. */
function spellings(entry: Fields): string[] {
  const [delivery, origin] = [asFields(entry["deliveryContext"]) ?? {}, asFields(entry["origin"]) ?? {}];
  const ids = [
    ...[idIn(delivery, "to"), idIn(entry, "lastTo"), idIn(entry, "groupId")],
    ...[idIn(origin, "nativeChannelId"), idIn(origin, "nativeDirectUserId"), idIn(origin, "to"), idIn(origin, "from")],
  ];
  return ids.flatMap((id) => (id === null ? [] : [id, id.slice(id.lastIndexOf(":") + 1), id.slice(id.indexOf(":") + 1)]));
}

/** An id with its case again, where the row knows it (A2). */
function spelled(segment: string, entry: Fields): string {
  const plain = segment.toLowerCase();
  return spellings(entry).find((id) => id.replaceAll("%", "%25").replaceAll(":", "%3A").toLowerCase() === plain)?.replaceAll("%", "%25").replaceAll(":", "%3A") ?? segment;
}

interface Form {
  readonly segments: string[];
  /** Where `dm`, `group` or `channel` stands; -1: the key is not about a chat. */
  readonly marker: number;
}

function formOf(key: string): Form {
  const segments = key.split(":").slice(2);
  const marker = segments.findIndex((segment, index) => index <= 2 && Object.hasOwn(CHATS, segment) && index + 1 < segments.length);
  return { segments, marker };
}

function personPlace(agentId: string, person: string, channel: string, known: Known): KeyPlace {
  return { agentId, key: `agent:${agentId}:person:${idSegment(person)}`, chatKind: "dm", channel, account: "default", chat: null, thread: null, person, audience: known.audienceOfPerson(person) };
}

/**
 * The key of a row as Continuo writes it, and what it says (spec 2.1, 2.2, D1): `direct` is `dm`, ids get their case back,
 * and a linked person's chats are one session (A3). Throws SESSION_KEY_INVALID.
 */
export function placeOfKey(typed: string, agentId: string, entry: Fields, known: Known): KeyPlace {
  const canonical = canonicalKey(typed.replace(/^(agent:[^:]+:[^:]+):room:/i, "$1:channel:"), agentId, known.mainKey);
  const { segments, marker } = formOf(canonical.sessionKey);
  const owned = { agentId: canonical.sessionKey === "global" ? agentId : canonical.agentId };
  if (marker === -1) {
    const channel = textIn(entry, "channel") ?? textIn(entry, "lastChannel") ?? "webchat";
    if (segments[0] === "person" && segments[1] !== undefined) return personPlace(owned.agentId, known.persons.get(nameKey(decoded(segments[1]))) ?? decoded(segments[1]), channel, known);
    return { ...owned, key: canonical.sessionKey, chatKind: "dm", channel, account: "default", chat: null, thread: null, person: null, audience: "owner" };
  }
  const named = marker === 0 ? (textIn(entry, "channel") ?? textIn(entry, "lastChannel")) : segments[0];
  const channel = decoded(named ?? "unknown").toLowerCase();
  const route = asFields(entry["deliveryContext"]) ?? {};
  const account = marker === 2 ? decoded(segments[1] ?? "default") : (textIn(route, "accountId") ?? textIn(entry, "lastAccountId") ?? "default");
  const chatKind = CHATS[segments[marker] ?? ""] ?? "dm";
  const person = chatKind === "dm" && segments.length === marker + 2 ? known.persons.get(nameKey(decoded(segments[marker + 1] ?? ""))) : undefined;
  if (person !== undefined) return personPlace(owned.agentId, person, channel, known);
  const id = spelled(segments[marker + 1] ?? "", entry);
  const key = ["agent", owned.agentId, ...segments.slice(0, marker + 1), id, ...segments.slice(marker + 2)].join(":");
  const chat = decoded(id);
  const after = segments.slice(marker + 2);
  const thread = after[0] === "topic" || after[0] === "thread" ? decoded(after.slice(1).join(":")) : null;
  const shared = marker === 0 || isOperatorChannel(channel) ? peerAudience(channel, account, chat) : known.audienceOf(channel, account, chat);
  return { ...owned, key, chatKind, channel, account, chat, thread, person: null, audience: chatKind === "dm" ? shared : roomAudience(channel, account, chat, thread) };
}
