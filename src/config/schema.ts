import { z } from "zod";
import { agentsSchema } from "./schema/agents.ts";
import { cronSchema, hooksSchema } from "./schema/automation.ts";
import { bindingsSchema } from "./schema/bindings.ts";
import { channelsSchema } from "./schema/channels.ts";
import { leaseDuration, platformId, postgresUrl, setting, validated } from "./schema/fields.ts";
import { gatewaySchema } from "./schema/gateway.ts";
import { outboxSchema, turnsSchema } from "./schema/journey.ts";
import { limitsSchema } from "./schema/limits.ts";
import { messagesSchema } from "./schema/messages.ts";
import { modelsSchema } from "./schema/models.ts";
import { sessionSchema } from "./schema/session.ts";
import { telemetrySchema } from "./schema/telemetry.ts";
import { toolsSchema } from "./schema/tools.ts";

const LEVELS = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

const loggingSchema = z.looseObject({
  level: setting(z.enum(LEVELS).default("info"), "How much is logged.", "info"),
  file: setting(z.string().optional(), "Where the log stands; unset is under the state directory.", "/var/log/continuo.log"),
  redactSensitive: validated(z.enum(["off", "tools"]).default("tools"), "`off` lets secrets into the log.", "tools"),
});

const commandsSchema = z.looseObject({
  ownerAllowFrom: setting(z.array(platformId).optional(), "Who may use the owner's chat commands, besides `allowFrom`.", ["telegram:123456789"]),
});

/**
 * The whole file (spec 1). Strict where a typo would silently change who shares what or who gets in;
 * everywhere else unknown keys pass, so that files written for OpenClaw load.
 */
export const configSchema = z.looseObject({
  session: sessionSchema.prefault({}),
  agents: agentsSchema.prefault({}),
  bindings: bindingsSchema.default([]),
  channels: channelsSchema.prefault({}),
  messages: messagesSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  commands: commandsSchema.prefault({}),
  models: modelsSchema.prefault({}),
  memory: z
    .looseObject({ scope: validated(z.enum(["agent", "person"]).optional(), "Who shares memories; unset is `agent` for the owner and `person` for everybody else.", "person") })
    .prefault({}),
  tools: toolsSchema.prefault({}),
  gateway: gatewaySchema.prefault({}),
  store: z
    .strictObject({
      url: setting(postgresUrl.optional(), "PostgreSQL instead of the built-in SQLite: several gateways may share one.", "postgres://continuo:secret@db.example.com/continuo"),
      media: setting(z.enum(["files", "database"]).optional(), "Where files that were sent are kept: `files` under the state directory, or in the `database`, where every gateway on it reads them. Unset: `files` for SQLite, `database` for PostgreSQL.", "database"),
      lease: setting(leaseDuration.prefault("8s"), "How long a gateway may be silent before the others on the same PostgreSQL take over its channels and turns.", "8s"),
      connections: setting(z.int().min(1).max(64).default(4), "The most commits that may be under way at once on PostgreSQL; reads have connections of their own.", 4),
    })
    .prefault({}),
  turns: turnsSchema.prefault({}),
  outbox: outboxSchema.prefault({}),
  audit: z
    .strictObject({ canary: setting(z.boolean().default(false), "Plants a marker with each person's words and watches that it never comes near anybody else.", true) })
    .prefault({}),
  logging: loggingSchema.prefault({}),
  telemetry: telemetrySchema.prefault({}),
  cron: cronSchema.prefault({}),
  hooks: hooksSchema.prefault({}),
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The settings as the other rooms read them: defaults filled in, durations in ms, sizes in bytes, deeply frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type SessionConfig = Config["session"];
export type ChannelConfig = NonNullable<Config["channels"][string]>;
export type AgentConfig = Config["agents"]["list"][number];
export type BindingConfig = Config["bindings"][number];
export type ProviderConfig = NonNullable<Config["models"]["providers"][string]>;

/** Every top-level key that is OpenClaw's and means nothing here: no warning for them. */
export const FOREIGN_SECTIONS: readonly string[] = [
  "$schema", "meta", "env", "wizard", "diagnostics", "cli", "crestodian", "update", "browser", "ui", "secrets", "auth", "acp",
  "nodeHost", "broadcast", "audio", "media", "approvals", "web", "discovery", "canvasHost", "talk", "skills", "plugins", "mcp", "proxy",
  "surfaces", "worktrees", "tui", "security", "accessGroups", "commitments", "transcripts",
];
