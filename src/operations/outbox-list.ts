import { z } from "zod";
import { listDeliveriesIn } from "../outbox/held.ts";
import { describeAudience } from "../routing/audience.ts";
import { define } from "./define.ts";

const SHOWN = 500;

export const outboxList = define({
  name: "outbox.list",
  scope: "read",
  input: z.object({ state: z.enum(["held", "pending", "failed", "unknown", "all"]).default("held"), limit: z.int().min(1).max(500).default(100) }),
  example: { state: "held" },
  /** Replies in one state, newest first; those that are held wait for the owner (law 5). */
  async run({ store }, { state, limit }) {
    const deliveries = await listDeliveriesIn(store, state, limit);
    return {
      deliveries: deliveries.map(({ id, sessionKey, address, audience, text, error, createdAt, state: now }) => ({
        id,
        sessionKey,
        to: { channel: address.channel, account: address.account, chat: address.chat, thread: address.thread ?? undefined },
        toWhom: describeAudience(audience),
        text: text.slice(0, SHOWN),
        reason: error ?? "",
        createdAt,
        state: now,
      })),
    };
  },
});
