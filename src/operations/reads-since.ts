import { z } from "zod";
import { missedSince } from "../sessions/reads.ts";
import { define } from "./define.ts";
import { findTypedSession } from "./session-find.ts";

export const readsSince = define({
  name: "reads.since",
  scope: "read",
  input: z.object({ key: z.string().min(1).max(512), device: z.string().min(1).max(128) }),
  example: { key: "main", device: "page-1f6c" },
  /** Where a client stopped reading a session, and how many turns there were since, by channel. */
  async run(services, { key, device }) {
    const session = await findTypedSession(services, key);
    if (session === null) return { mark: null, turns: 0, channels: [] };
    return missedSince(services.store, { key: session.key, who: "owner", device }, session.sessionId, false);
  },
});
