import { z } from "zod";
import { DROP_POLICIES, QUEUE_MODE_WORDS, queueModeOf, type QueueMode } from "../../domain/queue.ts";
import { MEDIA_KINDS } from "../../domain/media.ts";
import { count, duration, mapOf, positive, setting, size, validated } from "./fields.ts";

/** Spec 12.2: each mode has several spellings. */
const queueMode = z.enum(QUEUE_MODE_WORDS).transform((word): QueueMode => queueModeOf(word) ?? "collect");

const queue = z.looseObject({
  mode: setting(queueMode.prefault("collect"), "What happens to messages that arrive while a turn runs (docs/queue.md).", "collect"),
  byChannel: setting(mapOf(queueMode).prefault({}), "The mode of one channel.", { telegram: "followup" }),
  debounceMs: setting(count.default(500), "Quiet time before the collected messages run.", 500),
  debounceMsByChannel: setting(mapOf(count).prefault({}), "The same for one channel.", { whatsapp: 2000 }),
  cap: setting(positive.default(20), "How many may wait.", 20),
  drop: setting(z.enum(DROP_POLICIES).default("summarize"), "Which are not answered by themselves when more wait: the `old` ones, those too but `summarize`d for the next answer, or the `new` one. They are stored all the same, and their sender is told.", "summarize"),
});

/** Spec 1.6 with A8. */
export const messagesSchema = z.looseObject({
  queue: queue.prefault({}),
  inbound: z
    .looseObject({
      debounceMs: validated(count.default(0), "Joins messages that follow each other quickly; 0 is off.", 0),
      byChannel: validated(mapOf(count).prefault({}), "The same for one channel.", { whatsapp: 1500 }),
    })
    .prefault({}),
  dedupeWindow: setting(
    duration("d").prefault("7d"),
    "For how long, at least, a message that its platform delivers again is known to be the same; longer while a conversation tells of it. A bare number counts days.",
    "7d",
  ),
  groupChat: z
    .looseObject({
      historyLimit: setting(count.default(50), "Messages of a group kept while nobody names the agent, as surroundings of the next one that does; 0 keeps none.", 50),
      mentionPatterns: setting(z.array(z.string()).default([]), "Words that name the agent in a group (regular expressions).", ["@ada", "hey ada"]),
    })
    .prefault({}),
  media: z
    .strictObject({
      maxBytes: setting(size().prefault("20mb"), "The largest file that is kept of a message; a larger one leaves a note in its place.", "20mb"),
      perMessage: setting(positive.max(100).default(20), "How many files of one message are kept.", 20),
      kinds: setting(z.array(z.enum(MEDIA_KINDS)).default([...MEDIA_KINDS]), "Which files are kept: `image`, `audio`, `video`, `file`.", ["image"]),
      turns: setting(count.default(1), "Of how many of the newest turns a model is shown the images again with each request; each one costs tokens. 0 shows none.", 1),
    })
    .prefault({}),
  responsePrefix: validated(z.string().optional(), "Put before every reply.", "[bot]"),
  ackReaction: validated(z.string().optional(), "Emoji put on a message that was taken.", "👀"),
  ackReactionScope: validated(z.string().default("group-mentions"), "Where it is put.", "group-mentions"),
});
