import { z } from "zod";
import { listAgentsWithSessions } from "../store/statements/list-agents-with-sessions.ts";
import { define } from "./define.ts";

export const health = define({
  name: "health",
  scope: "read",
  input: z.object({ probe: z.boolean().optional() }),
  example: {},
  /** That the gateway answers, and what it serves (spec 11.3). */
  async run(services) {
    const startedAt = services.clock.now();
    const counts = await services.store.all(listAgentsWithSessions, {});
    const { agents } = services.settings;
    const { list, defaultId } = agents();
    const countOf = (id: string): number => counts.find((row) => row.agent_id === id)?.count ?? 0;
    const channels = services.live?.channels() ?? [];
    const path = services.facts.stateDir;
    return {
      ok: true as const,
      ts: services.clock.now(),
      durationMs: services.clock.now() - startedAt,
      channels: Object.fromEntries(channels.map((c) => [c.name, { configured: true, running: c.state === "connected", detail: c.detail ?? undefined }])),
      channelOrder: [...new Set(channels.map((c) => c.name))],
      channelLabels: {},
      heartbeatSeconds: 0,
      defaultAgentId: defaultId,
      agents: list.map((agent) => ({ agentId: agent.id, isDefault: agent.id === defaultId, sessions: { path, count: countOf(agent.id), recent: [] } })),
      sessions: { path, count: counts.reduce((sum, row) => sum + row.count, 0), recent: [] },
    };
  },
});
