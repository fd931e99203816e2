import { z } from "zod";
import { define } from "./define.ts";

export const edits = z.array(z.object({ path: z.tuple([z.string().min(1)], z.string().min(1)), value: z.unknown().optional() })).min(1).max(100);

export const changesPlan = define({
  name: "changes.plan",
  scope: "read",
  input: z.object({ edits: edits.optional(), mode: z.enum(["repartition", "fresh"]).optional() }),
  example: { edits: [{ path: ["session", "dmScope"], value: "main" }] },
  /** What a change of the settings would do to the conversations that there are; nothing is changed (law 7). */
  async run({ changes }, input) {
    return { plan: await changes.plan(input.edits === undefined ? { kind: "file" } : { kind: "edits", edits: input.edits }, input.mode) };
  },
});
