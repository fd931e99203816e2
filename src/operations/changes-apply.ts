import { z } from "zod";
import { edits } from "./changes-plan.ts";
import { define } from "./define.ts";

export const changesApply = define({
  name: "changes.apply",
  scope: "admin",
  input: z.object({ edits: edits.optional(), mode: z.enum(["repartition", "fresh"]).optional(), planId: z.string().max(128).optional() }),
  example: { edits: [{ path: ["session", "dmScope"], value: "per-channel-peer" }] },
  /** Makes a change of the settings and takes the history along; without `edits` the one of the file that waits. */
  async run({ changes }, input) {
    const wish = input.edits === undefined ? ({ kind: "file" } as const) : ({ kind: "edits", edits: input.edits } as const);
    return changes.apply(wish, { approve: true, mode: input.mode, planId: input.planId });
  },
});
