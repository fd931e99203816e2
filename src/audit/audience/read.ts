import { isOperatorChannel } from "../../domain/address.ts";
import type { ChatKind } from "../../domain/message.ts";
import { meansOwner, nameKey } from "../../routing/people.ts";
import { sessionsSpokenIn } from "../../sessions/participants.ts";
import { countSpokenSessions } from "../../store/statements/count-spoken-sessions.ts";
import { listParticipants } from "../../store/statements/list-participants.ts";
import { listSessionSpeakers } from "../../store/statements/list-session-speakers.ts";
import { listSpeakers } from "../../store/statements/list-speakers.ts";
import type { SpokenRow } from "../../store/statements/participant-list.ts";
import type { Executor } from "../../store/store.ts";
import type { AudienceFacts, AudiencePeople, Spoken, SpokenSession, Who } from "./facts.ts";

/** More speakers than this are not looked at: a map is for people to read. */
const MOST_ROWS = 5_000;
const MOST_SPEAKERS = 20_000;

export interface AudienceFilters {
  /** A session's key; null for all. */
  readonly session: string | null;
  /** Names or identities (`telegram:42`) of people; a session is kept in which one of them speaks. Empty for all. */
  readonly people: readonly string[];
  /** At most so many sessions, the latest first. */
  readonly limit: number;
}

function whoIs(people: AudiencePeople, channel: string, account: string, senderId: string): Who {
  return isOperatorChannel(channel) ? { ...people.whoIs(channel, account, senderId), isOwner: true } : people.whoIs(channel, account, senderId);
}

function spokenOf(row: SpokenRow, people: AudiencePeople): Spoken {
  const { person, isOwner } = whoIs(people, row.channel, row.account, row.sender_id);
  return {
    sessionKey: row.session_key,
    channel: row.channel,
    account: row.account,
    chat: row.chat,
    thread: row.thread,
    chatKind: row.chat_kind as ChatKind,
    senderId: row.sender_id,
    senderName: row.sender_name,
    explicit: row.explicit > 0,
    messages: row.messages,
    who: { person, isOwner },
  };
}

function sessionOf(row: SpokenRow): SpokenSession {
  return { key: row.session_key, kind: row.session_kind as ChatKind, label: row.label ?? row.display_name, updatedAt: row.updated_at };
}

function factsOf(rows: readonly SpokenRow[], people: AudiencePeople, total: number): AudienceFacts {
  const sessions = [...new Map(rows.map((row) => [row.session_key, sessionOf(row)])).values()];
  return { spoken: rows.map((row) => spokenOf(row, people)), sessions, more: Math.max(0, total - sessions.length) };
}

interface Speaker {
  readonly at: { readonly channel: string; readonly account: string; readonly senderId: string };
  readonly who: Who;
}

/**
 * Whom what an operator typed means: a person's name, `channel:id`, `channel/account:id`, or `owner`, unless somebody has that
 * for a name.
 */
export function meantBy<S extends Speaker>(people: Pick<AudiencePeople, "spell">, typed: string, speakers: readonly S[]): S[] {
  const isOwner = meansOwner(typed) && people.spell(typed) === null;
  return speakers.filter(({ who, at: { channel, account, senderId } }) => {
    if (isOwner && who.isOwner) return true;
    return (who.person !== null && nameKey(who.person) === nameKey(typed)) || typed === `${channel}:${senderId}` || typed === `${channel}/${account}:${senderId}`;
  });
}

/** The sessions of whoever is meant, and of their other identities, the latest first; at most `most` for each of their accounts. */
export async function sessionsOf(store: Executor, people: AudiencePeople, typed: readonly string[], most = MOST_ROWS): Promise<string[]> {
  const speakers = (await store.all(listSpeakers, { limit: MOST_SPEAKERS })).map((row) => {
    const at = { channel: row.channel, account: row.account, senderId: row.sender_id };
    return { at, who: whoIs(people, at.channel, at.account, at.senderId) };
  });
  const meant = typed.flatMap((word) => meantBy(people, word, speakers));
  const names = new Set(meant.flatMap(({ who }) => (who.person === null ? [] : [nameKey(who.person)])));
  const owners = meant.some(({ who }) => who.isOwner);
  const theirs = speakers.filter(({ at, who }) => meant.some((one) => one.at === at) || (who.person !== null && names.has(nameKey(who.person))) || (owners && who.isOwner));
  return sessionsSpokenIn(store, theirs.map(({ at }) => at), most);
}

/** Who speaks where, from the table of participants alone: transcripts are not read. */
export async function readAudience(store: Executor, people: AudiencePeople, filters: AudienceFilters): Promise<AudienceFacts> {
  const { session, limit } = filters;
  if (session !== null) return factsOf(await store.all(listSessionSpeakers, { key: session, limit: MOST_ROWS }), people, 0);
  if (filters.people.length === 0) {
    const rows = await store.all(listParticipants, { sessions: limit, limit: MOST_ROWS });
    return factsOf(rows, people, (await store.get(countSpokenSessions, {}))?.count ?? 0);
  }
  const keys = await sessionsOf(store, people, filters.people);
  const rows: SpokenRow[] = [];
  for (const key of keys.slice(0, limit)) rows.push(...(await store.all(listSessionSpeakers, { key, limit: MOST_ROWS })));
  return factsOf(rows, people, keys.length);
}
