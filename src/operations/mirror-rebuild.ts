import { z } from "zod";
import { define } from "./define.ts";

export const mirrorRebuild = define({
  name: "mirror.rebuild",
  scope: "admin",
  input: z.object({ agentId: z.string().min(1).max(64).optional() }),
  example: { agentId: "main" },
  /** Writes the readable copies of the sessions anew from the database. Errors: REQUEST_INVALID where session.mirror is false. */
  run: ({ facts }, { agentId }) => facts.moving.rebuildMirror(agentId ?? null),
});
