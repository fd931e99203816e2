import type { Language } from "../domain/language.ts";
import type { InboundMessage } from "../domain/message.ts";
import { guessLanguage, languageOfTag } from "../texts/index.ts";
import type { Executor } from "../store/store.ts";
import { listSenderParticipants } from "../store/statements/list-sender-participants.ts";
import { setSenderLanguage } from "../store/statements/set-sender-language.ts";
import { upsertParticipant } from "../store/statements/upsert-participant.ts";

/** Marks a language that its person set by hand: what they write does not change it. */
const BY_HAND = "!";
/** In how many places somebody's language is looked for, newest first. */
const PLACES = 50;
const DEFAULT: Language = "en";

/** The language in a row of `participants`. */
export function languageIn(stored: string | null | undefined): Language | null {
  return languageOfTag(stored?.replace(BY_HAND, ""));
}

/** What messages say of their sender's language: the platform's word, else how they write; null says nothing. */
export function heardLanguage(messages: readonly InboundMessage[]): Language | null {
  const last = messages.at(-1);
  return languageOfTag(last?.sender.language) ?? guessLanguage(messages.map(({ text }) => (text.startsWith("/") ? "" : text)).join("\n"));
}

interface Account {
  readonly channel: string;
  readonly peer: string;
}

async function keptLanguage(store: Executor, { channel, peer }: Account): Promise<Language | null> {
  const rows = await store.all(listSenderParticipants, { channel, sender_id: peer, limit: PLACES });
  const kept = rows.filter(({ language }) => language !== null);
  return languageIn((kept.find(({ language }) => language?.endsWith(BY_HAND)) ?? kept[0])?.language);
}

/** What somebody is answered in: as they set it, as they wrote before, as this message shows. */
export async function languageOf(store: Executor, message: InboundMessage): Promise<Language> {
  const { address, sender } = message;
  const kept = sender.id === "" ? null : await keptLanguage(store, { channel: address.channel, peer: sender.id });
  return kept ?? heardLanguage([message]) ?? DEFAULT;
}

/** The same of somebody who has not just said something. */
export async function languageOfPeer(store: Executor, account: Account): Promise<Language> {
  return (await keptLanguage(store, account)) ?? DEFAULT;
}

/** `/language`: wherever they speak on this channel; null lets it follow what they write again. */
export async function chooseLanguage(tx: Executor, sessionKey: string, { address, sender, chatKind }: InboundMessage, language: Language | null, now: number): Promise<void> {
  const stored = language === null ? null : `${language}${BY_HAND}`;
  const changed = await tx.run(setSenderLanguage, { channel: address.channel, sender_id: sender.id, language: stored });
  if (changed > 0 || stored === null) return;
  // They have said nothing yet that was kept.
  const { channel, account, chat, thread } = address;
  await tx.get(upsertParticipant, {
    ...{ session_key: sessionKey, channel, account, chat, thread, thread_key: thread ?? "", sender_id: sender.id, sender_name: sender.name, chat_kind: chatKind },
    ...{ explicit: 0, place: null, messages: 0, last_at: now, canary: null, language: stored },
  });
}
