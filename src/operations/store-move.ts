import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";

export const storeMove = define({
  name: "store.move",
  scope: "admin",
  input: z.object({ to: z.string().min(1).max(2_000).optional(), cancel: z.boolean().optional() }),
  example: { to: "postgres://continuo:secret@db.example.com/continuo" },
  /** Moves everything to another database while the gateway works; `cancel` ends a move that is not over. */
  async run({ facts }, { to, cancel }) {
    if (cancel === true) return facts.storage.cancel();
    if (to === undefined) throw new ContinuoError("REQUEST_INVALID", "store.move needs `to`: the URL of a PostgreSQL database, or `sqlite`.");
    return facts.storage.move(to);
  },
});
