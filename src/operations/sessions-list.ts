import { z } from "zod";
import { toSession } from "../store/rows.ts";
import { countSessions } from "../store/statements/count-sessions.ts";
import { listSessions } from "../store/statements/list-sessions.ts";
import { define } from "./define.ts";
import { sessionRow } from "./session-row.ts";

const MINUTE_MS = 60_000;

export const sessionsList = define({
  name: "sessions.list",
  scope: "read",
  input: z.object({
    limit: z.int().min(1).max(1000).default(50),
    offset: z.int().min(0).default(0),
    activeMinutes: z.number().positive().optional(),
    agentId: z.string().max(64).optional(),
    search: z.string().max(200).optional(),
  }),
  example: { limit: 20, activeMinutes: 60 },
  /** Sessions, newest first, a page at a time (spec 11.3). */
  async run(services, input) {
    const now = services.clock.now();
    const agent = input.agentId?.toLowerCase() ?? "";
    const since = input.activeMinutes === undefined ? 0 : now - input.activeMinutes * MINUTE_MS;
    const { limit, offset } = input;
    const search = input.search === undefined ? "%" : `%${input.search}%`;
    const rows = await services.store.all(listSessions, { agent, since, search, limit: limit + 1, offset });
    const counted = await services.store.get(countSessions, { agent, since });
    const sessions = rows.slice(0, limit).map((row) => sessionRow(services, toSession(row)));
    const { agents, contextTokens } = services.settings;
    const model = agents().get(agents().defaultId).models[0] ?? "";
    return {
      ts: now,
      path: services.facts.stateDir,
      count: sessions.length,
      total: counted?.count ?? sessions.length,
      hasMore: rows.length > limit,
      defaults: { modelProvider: model.split("/")[0] ?? "", model: model.slice(model.indexOf("/") + 1), contextTokens: contextTokens(model) },
      sessions,
    };
  },
});
