import { z } from "zod";
import { httpUrl, mapOf, platformId, positive, secret, setting, validated } from "./fields.ts";
import { DM_SCOPES } from "./session.ts";

export const DM_POLICIES = ["pairing", "allowlist", "open", "disabled"] as const;
export const GROUP_POLICIES = ["open", "allowlist", "disabled"] as const;

const idList = z.array(platformId);

const STREAMING_MODES = ["off", "partial", "block", "progress"] as const;

/** OpenClaw writes a switch, a mode or an object; here a reply is either edited as it grows or sent when done. */
const streaming = z
  .union([z.boolean(), z.enum(STREAMING_MODES), z.looseObject({ mode: z.enum(STREAMING_MODES).optional() })])
  .transform((value): "partial" | "off" => {
    const mode = typeof value === "object" ? (value.mode ?? "partial") : value;
    return mode === false || mode === "off" ? "off" : "partial";
  });

const room = z.looseObject({
  requireMention: setting(z.boolean().optional(), "Answer only when named; unset means `true`.", true),
  enabled: setting(z.boolean().optional(), "`false` ignores this room.", true),
  allowFrom: setting(idList.optional(), "Who may speak to the agent there.", ["123456789"]),
  systemPrompt: validated(z.string().optional(), "Added to the system prompt there.", "Answer in French."),
});

const guild = room.extend({ channels: mapOf(room).optional() });

const legacyDm = z.looseObject({ enabled: z.boolean().optional(), policy: z.enum(DM_POLICIES).optional(), allowFrom: idList.optional() });

const policyShape = {
  enabled: setting(z.boolean().optional(), "`false` switches it off; unset means on.", true),
  dmScope: setting(z.enum(DM_SCOPES).optional(), "Overrides `session.dmScope` for this channel.", "per-channel-peer"),
  routing: setting(z.array(z.looseObject({ agent: z.string().min(1) })).optional(), "Which agent answers, below `bindings`.", [{ agent: "main" }]),
  dmPolicy: setting(z.enum(DM_POLICIES).optional(), "Who may write directly; unset means `pairing`: strangers get a code, for you to approve.", "pairing"),
  allowFrom: setting(idList.optional(), "Who may write directly; `\"*\"` is everybody.", ["123456789"]),
  groupPolicy: setting(z.enum(GROUP_POLICIES).optional(), "Who may speak in groups; unset means `allowlist`.", "allowlist"),
  groupAllowFrom: setting(idList.optional(), "Who may speak in groups; unset means `allowFrom`.", ["123456789"]),
  groups: setting(mapOf(room).optional(), "Settings of one group; `\"*\"` is every other.", { "*": { requireMention: true } }),
  guilds: validated(mapOf(guild).optional(), "The same for Discord servers and their channels.", { "123456789012345678": { requireMention: false } }),
  channels: validated(mapOf(room).optional(), "The same for Slack channels.", { "#general": { requireMention: true } }),
  rooms: validated(mapOf(room).optional(), "The same for Matrix rooms.", { "!abc:example.org": { requireMention: true } }),
  dm: setting(legacyDm.optional(), "Older place of `dmPolicy` (`policy`) and `allowFrom`.", { policy: "allowlist", allowFrom: ["U123"] }),
  botToken: setting(secret(), "The bot's token (Telegram, Slack).", "${TELEGRAM_BOT_TOKEN}"),
  token: setting(secret(), "The bot's token (Discord).", "${DISCORD_BOT_TOKEN}"),
  apiRoot: setting(httpUrl.optional(), "Another server of the Telegram Bot API.", "https://telegram.example.com"),
  streaming: setting(streaming.optional(), "`partial` edits the reply while it grows, `off` sends it when it is done.", "partial"),
  textChunkLimit: setting(positive.optional(), "Longest message, in characters, below the platform's own limit.", 4000),
  historyLimit: setting(z.int().min(0).optional(), "Overrides `messages.groupChat.historyLimit`.", 50),
  dmHistoryLimit: validated(z.int().min(0).optional(), "The same in direct chats.", 20),
  mediaMaxMb: setting(z.number().min(0).optional(), "The largest file that is kept of a message there, in MB; never more than `messages.media.maxBytes`.", 5),
  responsePrefix: validated(z.string().optional(), "Put before every reply.", "[bot]"),
} as const;

/** `dm.policy` and `dm.allowFrom` are an older spelling of the same two settings (spec 1.5). */
function withLegacyDm<T extends { dmPolicy?: unknown; allowFrom?: unknown; dm?: { policy?: unknown; allowFrom?: unknown; enabled?: boolean } }>(value: T): T {
  const { dm } = value;
  if (dm === undefined) return value;
  const dmPolicy = value.dmPolicy ?? (dm.enabled === false ? "disabled" : dm.policy);
  return { ...value, dmPolicy, allowFrom: value.allowFrom ?? dm.allowFrom };
}

const account = z.looseObject(policyShape).overwrite(withLegacyDm);

const channel = z
  .looseObject({
    ...policyShape,
    defaultAccount: setting(z.string().optional(), "The account used where none is named.", "default"),
    accounts: setting(mapOf(account).optional(), "Several accounts on one platform; each may override the settings above.", { work: { botToken: "${WORK_BOT_TOKEN}" } }),
  })
  .overwrite(withLegacyDm);

/** The settings that decide who gets in and who shares: a typo of one of them is warned about. */
export const ACCESS_KEYS: readonly string[] = ["enabled", "dmScope", "routing", "dmPolicy", "allowFrom", "groupPolicy", "groupAllowFrom"];

/** Two keys of OpenClaw stand among the channels without being one. */
const NOT_CHANNELS: readonly string[] = ["defaults", "modelByChannel"];

/** Spec 1.5. Unknown keys pass. `channels.defaults.groupPolicy` is filled into the channels that have none. */
export const channelsSchema = mapOf(channel).overwrite((channels) => {
  const fallback = channels["defaults"]?.groupPolicy;
  const out = Object.create(null) as typeof channels;
  for (const [name, value] of Object.entries(channels)) {
    if (!NOT_CHANNELS.includes(name)) out[name] = fallback === undefined ? value : { ...value, groupPolicy: value.groupPolicy ?? fallback };
  }
  return out;
});
