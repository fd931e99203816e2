import { z } from "zod";
import { define } from "./define.ts";

export const sessionsImport = define({
  name: "sessions.import",
  scope: "admin",
  input: z.object({ path: z.string().min(1).max(4_096), key: z.string().min(1).max(512).optional() }),
  example: { path: "/home/ann/cake.jsonl" },
  /** Brings in one conversation from a file on the gateway's machine. Errors: REQUEST_INVALID, SESSION_KEY_INVALID, those of the store. */
  run: ({ facts }, { path, key }) => facts.moving.importSession({ path, key: key ?? null }),
});
