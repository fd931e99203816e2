import { z } from "zod";
import { count, duration, foreign, httpUrl, positive, secret, setting, size, validated } from "./fields.ts";

const RETRY_ON = ["rate_limit", "overloaded", "network", "timeout", "server_error"] as const;

/** Spec 1.7. */
export const cronSchema = z.strictObject({
  enabled: validated(z.boolean().default(true), "Run scheduled jobs.", true),
  store: validated(z.string().optional(), "The file of jobs.", "~/.openclaw/cron/jobs.json"),
  maxConcurrentRuns: validated(positive.optional(), "How many run at once.", 2),
  retry: validated(
    z.strictObject({
      maxAttempts: z.int().min(0).max(10).optional(),
      backoffMs: z.array(count).min(1).max(10).optional(),
      retryOn: z.array(z.enum(RETRY_ON)).min(1).optional(),
    }).optional(),
    "When a failed run is tried again.",
    { maxAttempts: 3, backoffMs: [30_000, 60_000] },
  ),
  webhook: validated(httpUrl.optional(), "Where results are posted.", "https://example.com/hook"),
  webhookToken: validated(secret(), "Sent along.", "${CRON_WEBHOOK_TOKEN}"),
  sessionRetention: setting(z.union([z.literal(false), duration("h")]).prefault("24h"), "How long a run's session stays; a bare number counts hours.", "24h"),
  runLog: z
    .strictObject({
      maxBytes: validated(size().prefault(2_000_000), "Largest run log.", "2mb"),
      keepLines: validated(positive.default(2000), "Lines kept of it.", 2000),
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
