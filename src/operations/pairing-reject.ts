import { z } from "zod";
import { findPairing, rejectPairing } from "../people/index.ts";
import { define } from "./define.ts";

export const pairingReject = define({
  name: "pairing.reject",
  scope: "admin",
  input: z.object({ channel: z.string().max(64).optional(), code: z.string().min(1).max(64) }),
  example: { channel: "telegram", code: "ABCD2345" },
  /** Refuses a stranger, who hears nothing of it and gets no new code for a day. Errors: PAIRING_UNKNOWN. */
  async run({ store, clock, live }, { channel, code }) {
    const now = clock.now();
    const request = await findPairing(store, code, channel ?? null, now);
    await store.transaction((tx) => rejectPairing(tx, request, "operator", now));
    live?.tell.peopleChanged("pairing");
    return { ok: true as const };
  },
});
