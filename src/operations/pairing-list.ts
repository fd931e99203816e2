import { z } from "zod";
import { listPairings } from "../people/index.ts";
import { define } from "./define.ts";

export const pairingList = define({
  name: "pairing.list",
  scope: "read",
  input: z.object({ channel: z.string().max(64).optional() }),
  example: { channel: "telegram" },
  /** Strangers who ask to be let in; a request is good for an hour (spec 1.5). */
  async run({ store, clock }, { channel }) {
    const requests = await listPairings(store, clock.now(), channel ?? null);
    return {
      requests: requests.map(({ code, channel: on, account, surface, senderId, senderName, createdAt, expiresAt }) => ({
        ...{ code, channel: on, account, surface, senderId, senderName: senderName ?? undefined, createdAt, expiresAt },
      })),
    };
  },
});
