import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "grammy";
import { z } from "zod";
import type { Address } from "../../domain/address.ts";
import type { Channel, ChannelContext, Edits, Outgoing, Receipt, Typing } from "../../domain/channel.ts";
import { ContinuoError } from "../../domain/errors.ts";
import { createCall, sayPart, type Call } from "./call.ts";
import { callSignal, openClient, type Account, type Wait } from "./client.ts";
import { pollAccount, POLL_DEAD_MS } from "./connect.ts";
import { failedBy, failureOf, toChannelError } from "./failure.ts";
import { offerMenu } from "./menu.ts";
import { GENERAL_TOPIC } from "./parse.ts";
import { renderTelegram, TELEGRAM_LIMIT } from "./render.ts";

const accountSchema = z.looseObject({ enabled: z.boolean().optional(), botToken: z.string().optional(), apiRoot: z.string().optional() });

const settingsSchema = accountSchema.extend({
  streaming: z.string().optional(),
  textChunkLimit: z.number().optional(),
  accounts: z.record(z.string(), accountSchema.optional()).optional(),
});

type Settings = z.infer<typeof settingsSchema>;

export interface TelegramParts {
  /** In [0, 1): spreads retries. */
  random(): number;
  /** Waits between retries; a test waits for nothing. */
  readonly wait?: Wait;
  /** When a long poll without an answer counts as dead, ms; 45 s unless a test is in a hurry. */
  readonly deadAfterMs?: number;
}

const DEFAULT_ACCOUNT = "default";
const EDIT_INTERVAL_MS = 1_000;
/** The platform shows typing for five seconds. */
const TYPING_INTERVAL_MS = 4_500;

/** The channel's own token is the account `default`; a listed account brings its own. */
function accountsOf(settings: Settings): Account[] {
  if (settings.enabled === false) return [];
  const listed: [string, z.infer<typeof accountSchema> | undefined][] = Object.entries(settings.accounts ?? {});
  const all = listed.some(([id]) => id === DEFAULT_ACCOUNT) ? listed : [[DEFAULT_ACCOUNT, undefined] as const, ...listed];
  return all.flatMap(([id, own]) => {
    const token = (own?.botToken ?? (id === DEFAULT_ACCOUNT ? settings.botToken : undefined))?.trim();
    if (!token || own?.enabled === false) return [];
    return [{ id, token, apiRoot: own?.apiRoot ?? settings.apiRoot ?? null }];
  });
}

async function untilAborted(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** The platform's number of a message, from our id of it (`bot:chat:number`) or its own. */
function messageNumber(id: string): number | null {
  const number = Number(id.slice(id.lastIndexOf(":") + 1));
  return Number.isSafeInteger(number) && number > 0 ? number : null;
}

/** The General topic has an id, but messages to it must not say it. */
function threadOf(address: Address): { message_thread_id?: number } {
  if (address.thread === null || address.thread === GENERAL_TOPIC) return {};
  return { message_thread_id: Number(address.thread) };
}

/** Quotes where others speak too; two people alone need no quotation. */
function quoteOf(address: Address, replyTo: string | null): { reply_parameters?: { message_id: number; allow_sending_without_reply: true } } {
  const isPrivate = /^\d+$/u.test(address.chat);
  const number = replyTo === null || isPrivate ? null : messageNumber(replyTo);
  return number === null ? {} : { reply_parameters: { message_id: number, allow_sending_without_reply: true } };
}

/** Sends, edits and typing: what the outbox asks of the channel. */
function createVoice(call: Call): { send: Channel["send"]; edits: Edits; typing: Typing } {
  return {
    async send(outgoing: Outgoing, signal: AbortSignal): Promise<Receipt> {
      const { address, part, replyTo } = outgoing;
      const where = { ...threadOf(address), ...quoteOf(address, replyTo), link_preview_options: { is_disabled: true } };
      const sent = await sayPart(part, (text, mode) =>
        call(address, "once", (api) => api.sendMessage(address.chat, text, { ...where, ...mode }, callSignal(signal))),
      );
      return { messageId: String(sent.message_id) };
    },
    edits: {
      intervalMs: EDIT_INTERVAL_MS,
      async edit(address, messageId, part, signal) {
        const number = messageNumber(messageId);
        if (number === null) throw new ContinuoError("CHANNEL_REJECTED", "That is not the id of a Telegram message.");
        const how = { link_preview_options: { is_disabled: true } };
        try {
          await sayPart(part, (text, mode) =>
            call(address, "again", (api) => api.editMessageText(address.chat, number, text, { ...how, ...mode }, callSignal(signal))),
          );
        } catch (error) {
          // The platform calls an edit that changes nothing an error; what should be there is there.
          if (!failedBy(error, "unchanged")) throw error;
        }
      },
    },
    typing: {
      intervalMs: TYPING_INTERVAL_MS,
      async show(address) {
        // Unlike a message, the sign of typing reaches the General topic only by its id.
        const topic = address.thread === null ? {} : { message_thread_id: Number(address.thread) };
        await call(address, "again", (api) => api.sendChatAction(address.chat, "typing", topic));
      },
    },
  };
}

/**
 * Telegram by long polling (spec 1.5 for the settings). `settings` is `channels.telegram`, already checked; without
 * a token there are no accounts. Reading begins with `start`, which does not wait for the network.
 */
export function createTelegramChannel(settings: unknown, parts: TelegramParts): Channel {
  const parsed = settingsSchema.parse(settings);
  const accounts = accountsOf(parsed);
  const clients = new Map<string, Promise<Api>>();
  const client = (account: Account): Promise<Api> => {
    const known = clients.get(account.id) ?? openClient(account);
    clients.set(account.id, known);
    return known;
  };
  let context: ChannelContext | null = null;
  let stopper = new AbortController();
  let polls: Promise<void>[] = [];
  const { send, edits, typing } = createVoice(createCall(accounts, client, () => context?.now() ?? null));

  return {
    name: "telegram",
    accounts: accounts.map((account) => account.id),
    // The Bot API takes no nonce and lets a bot read nothing back.
    repeats: "ambiguous",
    async start(given) {
      context = given;
      stopper = new AbortController();
      const { signal } = stopper;
      const common = { context: given, signal, wait: parts.wait ?? untilAborted, deadAfterMs: parts.deadAfterMs ?? POLL_DEAD_MS, random: parts.random };
      polls = accounts.map((account) => pollAccount({ ...common, account, api: () => client(account) }));
    },
    async stop() {
      stopper.abort();
      await Promise.all(polls);
    },
    render: (markdown) => renderTelegram(markdown, parsed.textChunkLimit ?? TELEGRAM_LIMIT),
    send,
    ...(parsed.streaming === "off" ? {} : { edits }),
    typing,
    menu: {
      async offer(id, pages) {
        const account = accounts.find((one) => one.id === id);
        if (!account) return;
        try {
          await offerMenu(await client(account), pages);
        } catch (error) {
          throw toChannelError(failureOf(error, account.token), "again");
        }
      },
    },
  };
}
