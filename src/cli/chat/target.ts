import { asRow, textOf, type Row } from "../wire.ts";

/**
 * The full key of the session to talk in: the agent's main one unless `session` names another (spec 2.2: `main` and
 * the main key are aliases of it, a key without `agent:` belongs to the agent).
 */
export function targetKey(hello: Row, session: string | undefined, agent: string | undefined): string {
  const defaults = asRow(asRow(hello.snapshot).sessionDefaults);
  const mainKey = textOf(defaults, "mainKey") ?? "main";
  const agentId = agent ?? textOf(defaults, "defaultAgentId") ?? "main";
  if (session === undefined || session === "main" || session === mainKey) {
    return agent === undefined ? (textOf(defaults, "mainSessionKey") ?? `agent:${agentId}:${mainKey}`) : `agent:${agentId}:${mainKey}`;
  }
  if (session.startsWith("agent:") || session === "global") return session;
  return `agent:${agentId}:${session}`;
}
