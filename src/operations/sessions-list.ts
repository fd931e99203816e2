import { z } from "zod";
import { previewOf, readLatest } from "../sessions/transcript.ts";
import { SESSION_KINDS } from "../sessions/kinds.ts";
import { toSession } from "../store/rows.ts";
import { findSessions, isPlain, type Search } from "../sessions/search.ts";
import { countAgentSessions } from "../store/statements/count-agent-sessions.ts";
import { countArchivedSessions } from "../store/statements/count-archived-sessions.ts";
import { countSessions } from "../store/statements/count-sessions.ts";
import type { SessionListRow } from "../store/statements/session-list.ts";
import { define } from "./define.ts";
import { sessionRow, splitModel } from "./session-row.ts";
import type { Services } from "./services.ts";

const MINUTE_MS = 60_000;

/** All that there are and are not archived; of a span of time, those that were active in it. */
async function totalOf({ store, facts }: Services, { agent, since }: Search): Promise<number> {
  const archived = (await store.get(countArchivedSessions, { agent, since }))?.count ?? 0;
  if (since === 0) return (await facts.sessions.of(agent === "" ? null : agent)) - archived;
  const counted = agent === "" ? await store.get(countSessions, { since }) : await store.get(countAgentSessions, { agent, since });
  return (counted?.count ?? 0) - archived;
}

const input = z.object({
  limit: z.int().min(1).max(1000).default(50),
  offset: z.int().min(0).default(0),
  activeMinutes: z.number().positive().optional(),
  agentId: z.string().max(64).optional(),
  kind: z.enum([...SESSION_KINDS, "dm"]).optional(),
  channel: z.string().max(64).optional(),
  label: z.string().max(512).optional(),
  search: z.string().max(200).optional(),
  archived: z.union([z.boolean(), z.literal("all")]).default(false),
  pinned: z.boolean().default(false),
  includeDerivedTitles: z.boolean().default(false),
  includeLastMessage: z.boolean().default(false),
});

type Input = z.output<typeof input>;

function searchOf({ agentId = "", kind, channel = "", label = "", search = "", activeMinutes, archived, pinned }: Input, now: number): Search {
  return {
    agent: agentId.toLowerCase(),
    since: activeMinutes === undefined ? 0 : now - activeMinutes * MINUTE_MS,
    kind: kind ?? "",
    ...{ text: search, channel, label, pinned },
    archived: archived === "all" ? "all" : archived ? "only" : "without",
  };
}

/** What was asked for beside the row itself. */
async function wordsOf({ store }: Services, row: SessionListRow, { includeDerivedTitles, includeLastMessage }: Input) {
  const [last] = includeLastMessage ? await readLatest(store, row.session_id, 1) : [];
  const title = includeDerivedTitles ? (row.title ?? row.preview) : null;
  return { ...(title === null ? {} : { derivedTitle: title }), ...(last === undefined ? {} : { lastMessagePreview: previewOf(last.text) }) };
}

export const sessionsList = define({
  name: "sessions.list",
  scope: "read",
  input,
  example: { limit: 20, activeMinutes: 60 },
  /** Sessions, what is pinned first, then the newest, a page at a time (spec 11.3). What is archived has to be asked for. */
  async run(services, asked) {
    const now = services.clock.now();
    const { limit, offset } = asked;
    const search = searchOf(asked, now);
    const rows = await findSessions(services.store, search, { limit: limit + 1, offset });
    const sessions = await Promise.all(rows.slice(0, limit).map(async (row) => ({ ...sessionRow(services, toSession(row)), ...(await wordsOf(services, row, asked)) })));
    const { agents, contextTokens } = services.settings;
    const model = agents().get(agents().defaultId).models[0] ?? "";
    const hasMore = rows.length > limit;
    // How many a filter leaves is known at the end of the list alone.
    const total = isPlain(search) ? await totalOf(services, search) : hasMore ? undefined : offset + sessions.length;
    return {
      ts: now,
      path: services.facts.stateDir,
      count: sessions.length,
      total,
      hasMore,
      defaults: { ...splitModel(model), contextTokens: contextTokens(model) },
      sessions,
    };
  },
});
