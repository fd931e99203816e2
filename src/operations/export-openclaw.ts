import { z } from "zod";
import { define } from "./define.ts";

export const exportOpenClaw = define({
  name: "export.openclaw",
  scope: "admin",
  input: z.object({ to: z.string().min(1).max(4_096), force: z.boolean().default(false) }),
  example: { to: "/home/ann/openclaw-again" },
  /** Writes all sessions in OpenClaw's layout into a directory on the gateway's machine (docs/moving-in.md). Errors: STATE_OCCUPIED, those of the disk. */
  run: ({ facts }, { to, force }) => facts.moving.exportOpenClaw({ to, force }),
});
