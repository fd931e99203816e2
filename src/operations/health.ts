import { z } from "zod";
import { define } from "./define.ts";

export const health = define({
  name: "health",
  scope: "read",
  input: z.object({ probe: z.boolean().optional() }),
  example: {},
  /** That the gateway answers, and what it serves (spec 11.3). */
  async run(services) {
    const startedAt = services.clock.now();
    const { agents } = services.settings;
    const { list, defaultId } = agents();
    const counts = new Map<string, number>();
    for (const { id } of list) counts.set(id, await services.facts.sessions.of(id));
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
      agents: list.map((agent) => ({ agentId: agent.id, isDefault: agent.id === defaultId, sessions: { path, count: counts.get(agent.id) ?? 0, recent: [] } })),
      sessions: { path, count: await services.facts.sessions.of(null), recent: [] },
    };
  },
});
