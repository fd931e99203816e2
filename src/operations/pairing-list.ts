import { z } from "zod";
import { listPairings } from "../people/index.ts";
import { listApprovals } from "../store/statements/list-approvals.ts";
import { define } from "./define.ts";

const SHOWN = 500;

export const pairingList = define({
  name: "pairing.list",
  scope: "read",
  input: z.object({ channel: z.string().max(64).optional() }),
  example: { channel: "telegram" },
  /** Strangers who ask to be let in, good for an hour (spec 1.5), and those who were: the latest first. */
  async run({ store, clock, people }, { channel }) {
    const requests = await listPairings(store, clock.now(), channel ?? null);
    const approved = await store.all(listApprovals, { limit: SHOWN });
    return {
      approved: approved
        .filter((row) => channel === undefined || row.channel === channel)
        .map(({ channel: on, account, sender_id: senderId, approved_at: approvedAt, approved_by: approvedBy }) => ({
          ...{ channel: on, account, senderId, approvedAt, approvedBy, person: people.whoIs(on, account, senderId).person ?? undefined },
        })),
      requests: requests.map(({ code, channel: on, account, surface, senderId, senderName, createdAt, expiresAt }) => ({
        ...{ code, channel: on, account, surface, senderId, senderName: senderName ?? undefined, createdAt, expiresAt },
      })),
    };
  },
});
