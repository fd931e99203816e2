import { z } from "zod";
import { dropHeld, heldNamed } from "../outbox/held.ts";
import { define } from "./define.ts";

export const outboxDrop = define({
  name: "outbox.drop",
  scope: "admin",
  input: z.object({ id: z.string().min(1).max(64) }),
  example: { id: "01kkzr0000000000000000000a" },
  /** Ends a held reply unsent. Errors: DELIVERY_UNKNOWN. */
  async run({ store, clock, live }, { id }) {
    const held = await heldNamed(store, id);
    await store.transaction((tx) => dropHeld(tx, held, clock.now()));
    live?.tell.deliveriesChanged();
    return { ok: true as const };
  },
});
