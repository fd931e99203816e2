import { z } from "zod";
import { count, mapOf, positive, setting, validated } from "./fields.ts";

export const QUEUE_MODES = ["collect", "followup", "steer", "steer-backlog", "interrupt"] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

/** `queue` and `steer+backlog` are other spellings (spec 12.2). */
const queueMode = z.enum([...QUEUE_MODES, "queue", "steer+backlog"]).transform((mode): QueueMode => {
  if (mode === "queue") return "steer";
  return mode === "steer+backlog" ? "steer-backlog" : mode;
});

const queue = z.looseObject({
  mode: validated(queueMode.prefault("collect"), "What happens to messages that arrive while a turn runs.", "collect"),
  byChannel: validated(mapOf(queueMode).prefault({}), "The mode of one channel.", { telegram: "followup" }),
  debounceMs: setting(count.default(500), "Quiet time before the collected messages run.", 500),
  debounceMsByChannel: setting(mapOf(count).prefault({}), "The same for one channel.", { whatsapp: 2000 }),
  cap: setting(positive.default(20), "How many may wait.", 20),
  drop: validated(z.enum(["old", "new", "summarize"]).default("summarize"), "Which go when more wait; they are stored all the same.", "summarize"),
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
  groupChat: z
    .looseObject({
      historyLimit: setting(count.default(50), "Messages of a group kept while nobody names the agent, as surroundings of the next one that does; 0 keeps none.", 50),
      mentionPatterns: setting(z.array(z.string()).default([]), "Words that name the agent in a group (regular expressions).", ["@ada", "hey ada"]),
    })
    .prefault({}),
  responsePrefix: validated(z.string().optional(), "Put before every reply.", "[bot]"),
  ackReaction: validated(z.string().optional(), "Emoji put on a message that was taken.", "👀"),
  ackReactionScope: validated(z.string().default("group-mentions"), "Where it is put.", "group-mentions"),
});
