import { z } from "zod";
import { duration, positive, setting } from "./fields.ts";

/** How often a delivery is tried, and how long the pauses between two attempts are. */
const retry = z
  .strictObject({
    attempts: setting(positive.default(10), "How often a reply is tried before it has failed for good; it stays visible as failed.", 10),
    first: setting(duration("ms").prefault("1s"), "The pause after the first failure; each further one is twice as long. A platform's own wish is never undercut.", "1s"),
    longest: setting(duration("ms").prefault("5m"), "The longest pause.", "5m"),
    jitter: setting(z.number().min(0).max(1).default(0.2), "The share of a pause that is added to it at random, so that many replies do not come back at once.", 0.2),
  })
  .prefault({});

export const turnsSchema = z.strictObject({
  maxAttempts: setting(
    positive.default(3),
    "How often one message may take its process down, or keep its session from going on, before it is given up and its sender told.",
    3,
  ),
});

export const outboxSchema = z.strictObject({
  onUnknown: setting(
    z.enum(["hold", "resend"]).default("hold"),
    "A reply whose delivery a crash left open, on a platform that cannot tell a repetition: `hold` asks you, `resend` risks a second copy.",
    "hold",
  ),
  retry,
});
