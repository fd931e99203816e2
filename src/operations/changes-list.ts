import { z } from "zod";
import { define } from "./define.ts";

export const changesList = define({
  name: "changes.list",
  scope: "read",
  input: z.object({}),
  example: {},
  /** What was changed, newest first, and what of the file waits for approval. */
  async run({ changes }) {
    const waiting = changes.waiting();
    return { waiting: waiting === null ? null : { id: waiting.plan.id, cause: "config", at: waiting.at, plan: waiting.plan }, changes: await changes.list() };
  },
});
