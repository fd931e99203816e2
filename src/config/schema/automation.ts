import { z } from "zod";
import { count, duration, foreign, httpUrl, positive, secret, setting, size, validated } from "./fields.ts";

const RETRY_ON = ["rate_limit", "overloaded", "network", "timeout", "server_error"] as const;

/** Spec 1.7. */
export const cronSchema = z.strictObject({
  enabled: setting(z.boolean().default(true), "Run scheduled jobs.", true),
  store: validated(z.string().optional(), "OpenClaw's file of jobs; jobs are kept in the database.", "~/.openclaw/cron/jobs.json"),
  maxConcurrentRuns: setting(positive.default(4), "How many jobs with a session of their own run at once in a gateway; they take no place from people.", 2),
  retry: setting(
    z.strictObject({
      maxAttempts: z.int().min(0).max(10).optional(),
      backoffMs: z.array(count).min(1).max(10).optional(),
      retryOn: z.array(z.enum(RETRY_ON)).min(1).optional(),
    }).optional(),
    "When a run is tried again that a busy or silent model let fail; unset: 3 times, after 30 s, 1 min and 5 min.",
    { maxAttempts: 3, backoffMs: [30_000, 60_000] },
  ),
  webhook: setting(httpUrl.optional(), "Where results of jobs are posted that are to be posted and do not say where.", "https://example.com/hook"),
  webhookToken: setting(secret(), "Sent along, as a Bearer token.", "${CRON_WEBHOOK_TOKEN}"),
  sessionRetention: setting(z.union([z.literal(false), duration("h")]).prefault("24h"), "How long a run's session stays; a bare number counts hours.", "24h"),
  runLog: z
    .strictObject({
      maxBytes: setting(size().prefault(2_000_000), "How much is kept of what is known of a job's runs.", "2mb"),
      keepLines: setting(positive.default(2000), "How many runs of a job are kept.", 2000),
    })
    .prefault({}),
  failureAlert: foreign(),
  failureDestination: foreign(),
});

/** Spec 1.8; the rules between its fields are in rules.ts. */
export const hooksSchema = z.strictObject({
  enabled: validated(z.boolean().default(false), "Take webhooks.", false),
  path: validated(z.string().default("/hooks"), "Their path.", "/hooks"),
  token: validated(secret(), "What a caller has to present; required when enabled.", "${HOOKS_TOKEN}"),
  defaultSessionKey: validated(z.string().optional(), "The session they go to.", "hook:default"),
  allowRequestSessionKey: validated(z.boolean().default(false), "Let the caller name the session.", false),
  allowedSessionKeyPrefixes: validated(z.array(z.string()).optional(), "Which keys the caller may name.", ["hook:"]),
  allowedAgentIds: validated(z.array(z.string()).optional(), "Which agents the caller may name.", ["main"]),
  maxBodyBytes: validated(positive.default(262_144), "Largest request.", 262_144),
  presets: foreign(),
  mappings: foreign(),
  transformsDir: foreign(),
  gmail: foreign(),
  internal: foreign(),
  sessionRetention: foreign(),
});
