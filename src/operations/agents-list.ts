import { z } from "zod";
import { define } from "./define.ts";

export const agentsList = define({
  name: "agents.list",
  scope: "read",
  input: z.object({}),
  example: {},
  /** The configured agents (spec 11.3). */
  async run(services) {
    const { agents, mainKey, scope } = services.settings;
    const { list, defaultId } = agents();
    return {
      defaultId,
      mainKey: mainKey(),
      scope: scope(),
      agents: list.map((agent) => ({ id: agent.id, name: agent.name ?? undefined, model: { primary: agent.models[0], fallbacks: agent.models.slice(1) } })),
    };
  },
});
