import { z } from "zod";
import type { DmScope } from "../../domain/route.ts";
import { parseDuration } from "../durations.ts";
import { count, duration, foreign, mapOf, positive, setting, size, validated } from "./fields.ts";

export const DM_SCOPES = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const satisfies readonly DmScope[];
export const GROUP_SCOPES = ["per-group", "main"] as const;
export const TYPING_MODES = ["never", "instant", "thinking", "message"] as const;

const DEFAULT_TRIGGERS = ["/new", "/reset"];

/** Fields stay unset here: the layers of spec 4.1 are merged field by field. */
const resetRule = z.strictObject({
  mode: setting(z.enum(["daily", "idle", "none"]).optional(), "When a session id ends by itself; unset means `none`.", "daily"),
  atHour: setting(z.int().min(0).max(23).optional(), "Hour of the daily reset, in the gateway's time zone; unset means 4.", 4),
  idleMinutes: setting(positive.optional(), "Minutes without a message of a person after which a new session id begins.", 120),
});

const resetByType = z
  .strictObject({ direct: resetRule.optional(), dm: resetRule.optional(), group: resetRule.optional(), thread: resetRule.optional() })
  .transform(({ direct, dm, group, thread }) => ({ direct: direct ?? dm, group, thread }));

const chatType = z.enum(["direct", "dm", "group", "channel"]).transform((type) => (type === "direct" ? "dm" : type));

const sendRule = z.strictObject({
  action: z.enum(["allow", "deny"]),
  match: z
    .strictObject({
      channel: z.string().optional(),
      chatType: chatType.optional(),
      keyPrefix: z.string().optional(),
      rawKeyPrefix: z.string().optional(),
    })
    .optional(),
});

const retention = z.union([z.literal(false), duration("d")]);
const kept = retention.optional();

const maintenance = z
  .strictObject({
    mode: setting(z.enum(["warn", "enforce"]).default("warn"), "`warn` only says what it would remove; `enforce` removes it, restorably.", "warn"),
    pruneAfter: setting(duration("d").optional(), "Sessions untouched for longer are stale; default `30d`, a bare number counts days.", "30d"),
    pruneAfterByKind: setting(
      z.strictObject({ direct: kept, group: kept, channel: kept, thread: kept, cron: kept, hook: kept, subagent: kept, global: kept }).prefault({}),
      "The same for sessions of one kind; `false` keeps them. Groups, channels and threads do not grow old unless it is set here.",
      { thread: "90d", hook: "7d" },
    ),
    pruneDays: setting(positive.optional(), "Older name of `pruneAfter`, in days; used only where that is unset.", 30),
    maxEntries: setting(positive.default(500), "How many sessions are kept.", 500),
    rotateBytes: validated(size().prefault("10mb"), "Size at which the mirror's `sessions.json` is rotated.", "10mb"),
    resetArchiveRetention: validated(retention.optional(), "How long archives of reset sessions stay; `false` keeps them; default as `pruneAfter`.", "90d"),
    trashRetention: setting(duration("d").prefault("30d"), "How long what was removed can be restored.", "30d"),
    maxDiskBytes: setting(size().optional(), "Disk budget of an agent's sessions; unset is no limit.", "500mb"),
    highWaterBytes: setting(size().optional(), "What a clean-up over budget goes down to; default 80 % of `maxDiskBytes`.", "400mb"),
  })
  .transform(({ pruneDays, ...rest }) => {
    const pruneAfter = rest.pruneAfter ?? parseDuration(pruneDays ?? 30, "d") ?? 0;
    return { ...rest, pruneAfter, resetArchiveRetention: rest.resetArchiveRetention ?? pruneAfter, highWaterBytes: highWater(rest) };
  });

function highWater({ maxDiskBytes, highWaterBytes }: { maxDiskBytes?: number; highWaterBytes?: number }): number | undefined {
  if (maxDiskBytes === undefined) return highWaterBytes;
  return Math.min(maxDiskBytes, highWaterBytes ?? Math.max(1, Math.floor(maxDiskBytes * 0.8)));
}

/** Spec 1.1 with A1, A5, A6, A7. */
export const sessionSchema = z.strictObject({
  scope: setting(z.enum(["per-sender", "global"]).default("per-sender"), "`global` puts every chat into one session.", "per-sender"),
  dmScope: setting(
    z.enum(DM_SCOPES).default("auto"),
    "Who shares a direct-message session. `auto`: all of the owner's channels are one, everybody else is apart.",
    "auto",
  ),
  owner: setting(
    z.union([z.string(), z.array(z.string())]).default([]).transform((owner) => (typeof owner === "string" ? [owner] : owner).map((id) => id.trim()).filter(Boolean)),
    "The owner: a person's name in `identityLinks`, or `channel:peer` entries.",
    ["telegram:123456789"],
  ),
  groupScope: setting(z.enum(GROUP_SCOPES).default("per-group"), "`main` lets groups share the agent's main session.", "per-group"),
  mainKey: setting(
    z.string().default("main").transform((key) => key.trim().toLowerCase() || "main"),
    "Last part of the main session's key.",
    "main",
  ),
  identityLinks: setting(
    mapOf(z.union([z.string(), z.array(z.string())])).prefault({}),
    "Which accounts are one person: `{name: [\"channel:peer\"]}` or `{\"channel:peer\": \"name\"}`.",
    { John: ["telegram:123456789", "discord:987654321012345678"] },
  ),
  onScopeChange: setting(
    z.enum(["repartition", "fresh", "ask"]).optional(),
    "What a changed scope, link or binding does with what was said: `repartition` moves it to its people, `fresh` leaves it, `ask` waits for you. Unset: moved, unless somebody would newly read somebody's words; that always waits.",
    "ask",
  ),
  catchUp: setting(z.boolean().default(false), "Tell whoever writes from another chat than before how many turns there were elsewhere meanwhile.", true),
  mirror: setting(z.boolean().default(true), "Keep the readable files `sessions.json` and `<id>.jsonl` beside the database.", true),
  resetTriggers: setting(
    z.array(z.string()).default(DEFAULT_TRIGGERS).transform((list) => (list.length === 0 ? DEFAULT_TRIGGERS : list)),
    "Messages that begin a new session id.",
    ["/new", "/reset"],
  ),
  idleMinutes: setting(positive.optional(), "Older form of `reset: {mode: \"idle\", idleMinutes}`.", 120),
  reset: setting(resetRule.optional(), "When sessions begin anew by themselves; the fields below.", { mode: "daily", atHour: 4 }),
  resetByType: setting(resetByType.optional(), "The same settings for `direct`, `group` and `thread` sessions.", { group: { mode: "idle", idleMinutes: 120 } }),
  resetByChannel: setting(mapOf(resetRule).prefault({}), "The same settings for one channel; they replace the others.", { discord: { mode: "idle", idleMinutes: 10080 } }),
  threads: z
    .strictObject({
      inherit: setting(z.enum(["none", "parent"]).default("none"), "What a new thread or topic begins with: nothing, or a copy of what was said last in the chat around it, to the same readers.", "parent"),
      budget: setting(positive.default(8_000), "Most tokens of that copy, estimated; at most half of `agents.defaults.contextTokens`.", 8_000),
    })
    .prefault({}),
  store: setting(z.string().optional(), "Where the mirror's `sessions.json` stands; `~` and `{agentId}` are filled in.", "~/.openclaw/agents/{agentId}/sessions/sessions.json"),
  typingMode: validated(z.enum(TYPING_MODES).optional(), "When the typing sign starts.", "thinking"),
  typingIntervalSeconds: validated(positive.default(6), "How often the typing sign is renewed.", 6),
  parentForkMaxTokens: validated(count.default(100_000), "Largest parent that a thread may copy; 0 is no limit.", 100_000),
  sendPolicy: setting(
    z.strictObject({ default: z.enum(["allow", "deny"]).default("allow"), rules: z.array(sendRule).default([]) }).prefault({}),
    "Which sessions may be sent to; a matching deny wins.",
    { default: "allow", rules: [{ action: "deny", match: { channel: "discord", chatType: "group" } }] },
  ),
  agentToAgent: z
    .strictObject({ maxPingPongTurns: validated(z.int().min(0).max(5).default(5), "Turns that two agents may answer each other.", 5) })
    .prefault({}),
  threadBindings: validated(
    z.strictObject({ enabled: z.boolean().optional(), idleHours: z.number().min(0).optional(), maxAgeHours: z.number().min(0).optional() }).optional(),
    "How long a thread stays bound to its session.",
    { enabled: true, idleHours: 24 },
  ),
  maintenance: maintenance.prefault({}),
  transcriptRetentionDays: foreign(),
  maxRecentTurns: foreign(),
  writeLock: foreign(),
});
