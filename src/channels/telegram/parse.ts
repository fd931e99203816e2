import { z } from "zod";
import type { Address } from "../../domain/address.ts";
import type { Amendment } from "../../domain/channel.ts";
import { filesOf, type TelegramFile } from "./files.ts";
import type { ChatKind, InboundMessage, Sender } from "../../domain/message.ts";

/** Who we are there: what a mention, a command and a reply are compared with. */
export interface Bot {
  readonly id: number;
  readonly username: string;
}

const userSchema = z.looseObject({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
  language_code: z.string().optional().catch(undefined),
});

const chatSchema = z.looseObject({
  id: z.int(),
  type: z.enum(["private", "group", "supergroup", "channel"]),
  title: z.string().optional(),
  username: z.string().optional(),
  is_forum: z.boolean().optional(),
});

const entitySchema = z.looseObject({ type: z.string(), offset: z.int(), length: z.int(), user: userSchema.optional() });

const replySchema = z.looseObject({ from: userSchema.optional(), forum_topic_created: z.unknown().optional() });

/** What a message cannot be without is strict; what only adds to it may be new to us without losing the message. */
const messageSchema = z.looseObject({
  message_id: z.int(),
  date: z.int(),
  chat: chatSchema,
  from: userSchema.optional(),
  sender_chat: chatSchema.optional(),
  message_thread_id: z.int().optional(),
  is_topic_message: z.boolean().optional(),
  is_automatic_forward: z.boolean().optional(),
  reply_to_message: replySchema.optional().catch(undefined),
  text: z.string().optional(),
  caption: z.string().optional(),
  entities: z.array(entitySchema).optional().catch(undefined),
  caption_entities: z.array(entitySchema).optional().catch(undefined),
});

const updateSchema = z.looseObject({
  update_id: z.int(),
  message: messageSchema.optional(),
  channel_post: messageSchema.optional(),
  edited_message: messageSchema.optional(),
  edited_channel_post: messageSchema.optional(),
});

/**
 * What the platform is asked for. It tells bots of no deletion but those in business accounts, whose chats have a numbering
 * of their own and are not read here: to take those for ours would redact other messages.
 */
export const UPDATES = ["message", "channel_post", "edited_message", "edited_channel_post"] as const;

type Message = z.infer<typeof messageSchema>;
type Entity = z.infer<typeof entitySchema>;

/** Kinds of content whose words are not in the message; `animation` also comes with a `document`. */
const MEDIA: readonly string[] = [
  "photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker", "location", "venue", "contact", "poll", "dice", "story",
];

/** A forum's General topic has this id in keys; messages in it come without one (spec 2.7). */
export const GENERAL_TOPIC = "1";

function kindOf(message: Message): ChatKind {
  const { type } = message.chat;
  return type === "private" ? "dm" : type === "channel" ? "channel" : "group";
}

/** A plain group's replies have a thread id too: only topics are threads of their own. */
function threadOf(message: Message): string | null {
  if (message.is_topic_message === true && message.message_thread_id !== undefined) return String(message.message_thread_id);
  return message.chat.is_forum === true && kindOf(message) === "group" ? GENERAL_TOPIC : null;
}

/** Null for bots: two of them answering each other never end. An anonymous admin speaks as the group. */
function senderOf(message: Message): Sender | null {
  const { from, sender_chat: chat } = message;
  if (chat) return { id: String(chat.id), name: chat.title ?? null, username: chat.username ?? null };
  if (!from) return kindOf(message) === "channel" ? { id: String(message.chat.id), name: message.chat.title ?? null, username: message.chat.username ?? null } : null;
  if (from.is_bot) return null;
  const name = [from.first_name, from.last_name].filter((part) => part !== undefined && part !== "").join(" ");
  return { id: String(from.id), name: name === "" ? null : name, username: from.username ?? null, ...(from.language_code === undefined ? {} : { language: from.language_code }) };
}

interface Words {
  readonly text: string;
  readonly entities: readonly Entity[];
}

function wordsOf(message: Message): Words | null {
  if (message.text !== undefined && message.text.trim() !== "") return { text: message.text, entities: message.entities ?? [] };
  if (message.caption !== undefined && message.caption.trim() !== "") return { text: message.caption, entities: message.caption_entities ?? [] };
  const media = MEDIA.find((kind) => message[kind] !== undefined);
  return media === undefined ? null : { text: `[${media.replace("_", " ")}]`, entities: [] };
}

/** Offsets of the platform count UTF-16 units, as JavaScript does. */
function entityText(words: Words, entity: Entity): string {
  return words.text.slice(entity.offset, entity.offset + entity.length);
}

function namesUs(words: Words, entity: Entity, bot: Bot): boolean {
  if (entity.type === "text_mention") return entity.user?.id === bot.id;
  return entity.type === "mention" && entityText(words, entity).toLowerCase() === `@${bot.username.toLowerCase()}`;
}

function commandsUs(words: Words, entity: Entity, bot: Bot): boolean {
  return entity.type === "bot_command" && entityText(words, entity).toLowerCase().endsWith(`@${bot.username.toLowerCase()}`);
}

/** In a topic every message "replies" to the one that opened it, which may be ours: that names nobody. */
function repliesToUs(message: Message, bot: Bot): boolean {
  const reply = message.reply_to_message;
  return reply !== undefined && reply.from?.id === bot.id && reply.forum_topic_created === undefined;
}

/** Our name is how we were called, not what was said: off a command, and off the beginning. */
function withoutOurName(words: Words, bot: Bot): string {
  let text = words.text;
  const cuts = words.entities.flatMap((entity) => {
    const end = entity.offset + entity.length;
    if (commandsUs(words, entity, bot)) return [{ from: end - bot.username.length - 1, to: end }];
    const leads = words.text.slice(0, entity.offset).trim() === "";
    return leads && namesUs(words, entity, bot) ? [{ from: 0, to: end + (/^\s*[,:]?\s*/u.exec(words.text.slice(end))?.[0].length ?? 0) }] : [];
  });
  for (const cut of cuts.toSorted((a, b) => b.from - a.from)) text = text.slice(0, cut.from) + text.slice(cut.to);
  return text.trim() === "" ? words.text.trim() : text.trim();
}

/** A message id is unique in its chat alone, and a chat's in its bot: all three together are, for good. */
function messageIdOf(bot: Bot, chat: number, message: number): string {
  return `${bot.id}:${chat}:${message}`;
}

interface Told {
  readonly said: Message | undefined;
  readonly edited: Message | undefined;
}

function readUpdate(update: unknown): Told {
  const { data } = updateSchema.safeParse(update);
  return { said: data?.message ?? data?.channel_post, edited: data?.edited_message ?? data?.edited_channel_post };
}

/** Which chat an update belongs to: its updates are taken in order. Empty for what cannot be read. */
export function chatOf(update: unknown): string {
  const { said, edited } = readUpdate(update);
  return String((said ?? edited)?.chat.id ?? "");
}

/**
 * A Bot API update as an inbound message; null for what is no message to us: service messages, other bots, and the
 * copy of a channel's post in its discussion group. Pure; never throws.
 */
export function parseUpdate(update: unknown, account: string, bot: Bot): InboundMessage | null {
  const { said } = readUpdate(update);
  return said === undefined ? null : toInbound(said, account, bot);
}

/** The files that came with what an update says. Pure; never throws. */
export function parseFiles(update: unknown): readonly TelegramFile[] {
  return filesOf(readUpdate(update).said);
}

/** A Bot API update as a change of what was said before; null for every other. Pure; never throws. */
export function parseAmendment(update: unknown, account: string, bot: Bot): Amendment | null {
  const { edited } = readUpdate(update);
  const message = edited === undefined ? null : toInbound(edited, account, bot);
  return message && { kind: "edited", message };
}

function toInbound(message: Message, account: string, bot: Bot): InboundMessage | null {
  if (message.is_automatic_forward === true) return null;
  const sender = senderOf(message);
  const words = wordsOf(message);
  if (!sender || !words) return null;
  const chatKind = kindOf(message);
  const address: Address = { channel: "telegram", account, chat: String(message.chat.id), thread: threadOf(message) };
  const named = words.entities.some((entity) => namesUs(words, entity, bot) || commandsUs(words, entity, bot));
  return {
    address,
    chatKind,
    sender,
    messageId: messageIdOf(bot, message.chat.id, message.message_id),
    text: withoutOurName(words, bot),
    mentioned: chatKind === "dm" || named || repliesToUs(message, bot),
    sentAt: message.date * 1000,
    place: chatKind === "dm" ? null : { title: message.chat.title ?? null, parentChat: null, guildId: null, teamId: null, roles: [] },
    target: null,
  };
}
