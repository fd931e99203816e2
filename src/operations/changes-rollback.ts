import { z } from "zod";
import { define } from "./define.ts";
import { consent } from "./people-changes.ts";

export const changesRollback = define({
  name: "changes.rollback",
  scope: "admin",
  input: z.object({ id: z.string().min(1).max(64), ...consent }),
  example: { id: "01kkzr0000000000000000000a", approve: true },
  /**
   * Takes back the newest change: every conversation is where it was; what was said since goes to whoever said it. Answers
   * the plan instead, until it is approved, where somebody would read something by that. Errors: CHANGE_*.
   */
  async run({ changes }, input) {
    const { applied, id, plan, sessions } = await changes.rollback(input.id, input);
    return { ok: applied, applied, change: { id }, plan, sessions };
  },
});
