import { z } from "zod";
import { define } from "./define.ts";

export const changesRollback = define({
  name: "changes.rollback",
  scope: "admin",
  input: z.object({ id: z.string().max(64).optional() }),
  example: {},
  /** Takes back the newest change: every conversation is where it was; what was said since goes to whoever said it. */
  async run({ changes }, input) {
    const { id, sessions } = await changes.rollback(input.id ?? null);
    return { ok: true as const, change: { id }, sessions };
  },
});
