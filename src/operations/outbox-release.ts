import { z } from "zod";
import { heldNamed, releaseHeld } from "../outbox/held.ts";
import { define } from "./define.ts";

export const outboxRelease = define({
  name: "outbox.release",
  scope: "admin",
  input: z.object({ id: z.string().min(1).max(64) }),
  example: { id: "01kkzr0000000000000000000a" },
  /** Lets a reply go that waits for the owner: held, or unknown-after-send. Errors: DELIVERY_UNKNOWN. */
  async run({ store, clock, live }, { id }) {
    const held = await heldNamed(store, id);
    await store.transaction((tx) => releaseHeld(tx, held, clock.now()));
    live?.tell.deliveriesChanged();
    return { ok: true as const };
  },
});
