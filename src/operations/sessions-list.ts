import { z } from "zod";
import { toSession } from "../store/rows.ts";
import { findSessions } from "../sessions/search.ts";
import { countAgentSessions } from "../store/statements/count-agent-sessions.ts";
import { countSessions } from "../store/statements/count-sessions.ts";
import { listAgentSessions } from "../store/statements/list-agent-sessions.ts";
import { listSessions } from "../store/statements/list-sessions.ts";
import type { SessionListRow } from "../store/statements/session-list.ts";
import { define } from "./define.ts";
import { sessionRow } from "./session-row.ts";
import type { Services } from "./services.ts";

const MINUTE_MS = 60_000;

interface Wanted {
  readonly agent: string;
  readonly since: number;
  readonly offset: number;
  readonly limit: number;
}

async function read({ store }: Services, { agent, since, offset, limit }: Wanted, search: string | undefined): Promise<SessionListRow[]> {
  if (search !== undefined) return (await findSessions(store, { text: search, agent, since }, offset + limit)).slice(offset);
  return agent === "" ? store.all(listSessions, { since, limit, offset }) : store.all(listAgentSessions, { agent, since, limit, offset });
}

/** All that there are; of a span of time, those that were active in it. */
async function totalOf({ store, facts }: Services, { agent, since }: Wanted): Promise<number> {
  if (since === 0) return facts.sessions.of(agent === "" ? null : agent);
  const counted = agent === "" ? await store.get(countSessions, { since }) : await store.get(countAgentSessions, { agent, since });
  return counted?.count ?? 0;
}

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
    const wanted = { agent, since, offset, limit: limit + 1 };
    const rows = await read(services, wanted, input.search);
    const sessions = rows.slice(0, limit).map((row) => sessionRow(services, toSession(row)));
    const { agents, contextTokens } = services.settings;
    const model = agents().get(agents().defaultId).models[0] ?? "";
    return {
      ts: now,
      path: services.facts.stateDir,
      count: sessions.length,
      total: await totalOf(services, wanted),
      hasMore: rows.length > limit,
      defaults: { modelProvider: model.split("/")[0] ?? "", model: model.slice(model.indexOf("/") + 1), contextTokens: contextTokens(model) },
      sessions,
    };
  },
});
