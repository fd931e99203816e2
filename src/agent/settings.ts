import { defaultAgentId, normalizeAgentId } from "../domain/agent-id.ts";

/** An agent as the turns room needs it: small and frozen. */
export interface AgentSettings {
  readonly id: string;
  readonly name: string | null;
  /** `provider/model`, tried in this order; the first is the default. */
  readonly models: readonly string[];
  readonly timeoutMs: number;
  /** Caps the model's own window; null leaves it. */
  readonly contextTokens: number | null;
  readonly systemPrompt: string | null;
}

/** What a thread begins with (`session.threads`). */
export interface ThreadSettings {
  readonly inherit: "none" | "parent";
  /** Tokens of what is copied, at most; estimated. */
  readonly budget: number;
}

export interface Agents {
  readonly defaultId: string;
  readonly list: readonly AgentSettings[];
  readonly threads: ThreadSettings;
  /** An unknown agent id (a session of an agent that was taken out) runs with the defaults. */
  get(id: string): AgentSettings;
}

type ModelSetting = string | { readonly primary?: string | undefined; readonly fallbacks?: readonly string[] | undefined } | undefined;

interface AgentEntry {
  readonly id: string;
  readonly name?: string | undefined;
  readonly default?: boolean | undefined;
  readonly model?: ModelSetting;
  readonly systemPrompt?: string | undefined;
}

/** The part of the configuration that describes agents (spec 1.2), and what their threads begin with. */
export interface AgentsSource {
  readonly session?: { readonly threads?: Partial<ThreadSettings> | undefined } | undefined;
  readonly agents?:
    | {
        readonly list?: readonly AgentEntry[] | undefined;
        readonly defaults?:
          | {
              readonly model?: ModelSetting;
              readonly timeoutSeconds?: number | undefined;
              readonly contextTokens?: number | undefined;
              readonly systemPrompt?: string | undefined;
            }
          | undefined;
      }
    | undefined;
}

export const DEFAULT_MODEL = "continuo/recall";
const DEFAULT_TIMEOUT_SECONDS = 600;
/** A timer that is set for longer rings at once: who asks for "no limit" by a huge number gets twenty-four days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const EMPTY_THREADS: ThreadSettings = { inherit: "none", budget: 0 };

function modelsOf(setting: ModelSetting, inherited: readonly string[]): readonly string[] {
  if (setting === undefined) return inherited;
  if (typeof setting === "string") return [setting];
  const primary = setting.primary ?? inherited[0] ?? DEFAULT_MODEL;
  return [primary, ...(setting.fallbacks ?? []).filter((model) => model !== primary)];
}

export function compileAgents(source: AgentsSource): Agents {
  const defaults = source.agents?.defaults;
  const inherited = modelsOf(defaults?.model, [DEFAULT_MODEL]);
  const build = (entry: AgentEntry): AgentSettings => ({
    id: normalizeAgentId(entry.id),
    name: entry.name ?? null,
    models: modelsOf(entry.model, inherited),
    timeoutMs: Math.min(LONGEST_TIMER_MS, (defaults?.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000),
    contextTokens: defaults?.contextTokens ?? null,
    systemPrompt: entry.systemPrompt ?? defaults?.systemPrompt ?? null,
  });
  const entries = source.agents?.list ?? [];
  const defaultId = defaultAgentId(entries);
  const list = entries.length > 0 ? entries.map(build) : [build({ id: defaultId })];
  const byId = new Map(list.map((agent) => [agent.id, agent]));
  return {
    defaultId,
    list,
    threads: { ...EMPTY_THREADS, ...source.session?.threads },
    get: (id) => byId.get(id) ?? build({ id }),
  };
}
