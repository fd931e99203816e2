import { z } from "zod";
import { restoreSession } from "../sessions/maintenance/index.ts";
import { define } from "./define.ts";

export const sessionsRestore = define({
  name: "sessions.restore",
  scope: "admin",
  input: z.object({ key: z.string().min(1).max(512) }),
  example: { key: "agent:main:dm:telegram:default:42" },
  /** Restores what maintenance removed last under a key. Errors: TRASH_UNKNOWN. */
  async run({ store, clock, settings, live }, input) {
    const restored = await restoreSession(store, clock, settings.keyOf(input.key, null));
    live?.tell.sessionChanged(restored.key, "restored");
    return restored;
  },
});
