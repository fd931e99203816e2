import type { Config, ProviderConfig } from "../../config/index.ts";
import { ContinuoError } from "../../domain/errors.ts";
import { imagesOf, knownModels, modelInfo, UNKNOWN_WINDOW } from "./catalog.ts";
import type { ImageLimits, ModelInfo, Provider } from "./provider.ts";
import { createRecall } from "./recall/index.ts";
import { createSdkProvider } from "./sdk.ts";
import type { Endpoint, Protocol } from "./vendors.ts";

export interface ListedModel {
  readonly id: string;
  readonly name: string;
  readonly contextWindow: number;
  readonly provider: string;
}

export interface Providers {
  /**
   * `ref` is `provider/model`; the model's id may hold slashes itself. A model that nobody lists is allowed.
   * Throws MODEL_UNKNOWN (no such provider, no model named, a protocol that is not spoken) or MODEL_KEY_MISSING.
   */
  resolveModel(ref: string): { readonly provider: Provider; readonly model: string; readonly info: ModelInfo };
  /** The models that a turn could use as things stand: a vendor without a key is left out. */
  listModels(): readonly ListedModel[];
}

interface BuiltIn {
  readonly protocol: Protocol;
  readonly baseUrl: string;
  /** The first that is set gives the key. */
  readonly keys: readonly string[];
}

const OWN = "continuo";

const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  anthropic: { protocol: "anthropic-messages", baseUrl: "https://api.anthropic.com/v1", keys: ["ANTHROPIC_API_KEY"] },
  openai: { protocol: "openai-responses", baseUrl: "https://api.openai.com/v1", keys: ["OPENAI_API_KEY"] },
  google: {
    protocol: "google-generative-ai",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    keys: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"],
  },
  openrouter: { protocol: "openai-completions", baseUrl: "https://openrouter.ai/api/v1", keys: ["OPENROUTER_API_KEY"] },
  deepseek: { protocol: "openai-completions", baseUrl: "https://api.deepseek.com/v1", keys: ["DEEPSEEK_API_KEY"] },
  mistral: { protocol: "openai-completions", baseUrl: "https://api.mistral.ai/v1", keys: ["MISTRAL_API_KEY"] },
  groq: { protocol: "openai-completions", baseUrl: "https://api.groq.com/openai/v1", keys: ["GROQ_API_KEY"] },
  xai: { protocol: "openai-completions", baseUrl: "https://api.x.ai/v1", keys: ["XAI_API_KEY"] },
};

/** The names of `api`, with the short ones that people write. */
const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "openai-completions": "openai-completions",
  "openai-compatible": "openai-completions",
  openai: "openai-completions",
  "openai-responses": "openai-responses",
  "anthropic-messages": "anthropic-messages",
  anthropic: "anthropic-messages",
  "google-generative-ai": "google-generative-ai",
  google: "google-generative-ai",
};

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** OpenAI's own server is spoken to in its own dialect; whatever else took its name gets the common one. */
function protocolOf(id: string, settings: ProviderConfig | undefined, builtIn: BuiltIn | undefined): Protocol {
  const official = id === "openai" && settings?.baseUrl === undefined;
  if (settings?.api === undefined) {
    if (id === "openai" && !official) return "openai-completions";
    return builtIn?.protocol ?? "openai-completions";
  }
  const protocol = own(PROTOCOLS, settings.api);
  if (protocol === undefined) throw new ContinuoError("MODEL_UNKNOWN", `models.providers.${id}.api is "${settings.api}", which this version does not speak.`, { fields: { provider: id } });
  return official && protocol === "openai-completions" ? "openai-chat" : protocol;
}

/** Where the path of a base URL leaves the version out, as some vendors' own libraries want it, it is put in. */
function versioned(baseUrl: string, protocol: Protocol): string {
  const plain = baseUrl.replace(/\/+$/, "");
  const path = new URL(plain).pathname.replace(/\/$/, "");
  if (/\/v\d+[a-z0-9]*$/.test(path)) return plain;
  if (protocol === "anthropic-messages") return `${plain}/v1`;
  if (path !== "") return plain;
  return protocol === "google-generative-ai" ? `${plain}/v1beta` : `${plain}/v1`;
}

/** Loopback, private addresses and names without a dot: servers of one's own, which seldom want a key. */
function isLocal(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return /^(?:localhost$|127\.|\[::1\]$|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[^.:[]+$)/i.test(hostname) || /\.(?:local|lan|internal|localhost)$/i.test(hostname);
}

function hasKeyHeader(headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((name) => ["authorization", "x-api-key", "x-goog-api-key", "api-key"].includes(name.toLowerCase()));
}

function keyVariables(id: string): readonly string[] {
  return own(BUILT_IN, id)?.keys ?? [`${id.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_API_KEY`];
}

function endpointOf(id: string, settings: ProviderConfig | undefined, env: (name: string) => string | undefined): Endpoint {
  const builtIn = own(BUILT_IN, id);
  const protocol = protocolOf(id, settings, builtIn);
  const baseUrl = settings?.baseUrl ?? builtIn?.baseUrl;
  if (baseUrl === undefined) throw new ContinuoError("MODEL_UNKNOWN", `models.providers.${id} has no baseUrl.`, { fields: { provider: id } });
  const headers = settings?.headers ?? {};
  const variables = keyVariables(id);
  const apiKey = settings?.apiKey ?? variables.map(env).find((value) => value !== undefined && value.trim() !== "")?.trim() ?? null;
  if (apiKey === null && builtIn !== undefined && !isLocal(baseUrl) && !hasKeyHeader(headers)) {
    const message = `There is no key for ${id} (${variables.join(" or ")}).`;
    throw new ContinuoError("MODEL_KEY_MISSING", message, { fields: { provider: id } });
  }
  return { id, protocol, baseUrl: versioned(baseUrl, protocol), apiKey, headers };
}

/** The configuration's models first; the table's after them, unless the name now stands for another server. */
function modelsOf(id: string, settings: ProviderConfig | undefined): readonly ModelInfo[] {
  const known = knownModels(id);
  const listed = (settings?.models ?? []).map((model) => {
    const table = known.find((candidate) => candidate.id === model.id);
    return { id: model.id, name: model.name ?? table?.name ?? model.id, contextWindow: model.contextWindow ?? table?.contextWindow ?? UNKNOWN_WINDOW };
  });
  const hidden = settings?.baseUrl !== undefined && listed.length > 0;
  return [...listed, ...(hidden ? [] : known.filter((model) => !listed.some((other) => other.id === model.id)))];
}

/** Behind another address a vendor's name says nothing of what its models see. */
function imagesFor(id: string, settings: ProviderConfig | undefined, model: string): ImageLimits | null {
  const input = settings?.models.find((listed) => listed.id === model)?.input;
  return imagesOf(id, settings?.baseUrl === undefined ? input : (input ?? []));
}

function buildProvider(id: string, settings: ProviderConfig | undefined, env: (name: string) => string | undefined): Provider {
  const endpoint = endpointOf(id, settings, env);
  const limits = settings?.models ?? [];
  return createSdkProvider({ endpoint, models: modelsOf(id, settings), maxTokens: (model) => limits.find(({ id: name }) => name === model)?.maxTokens ?? null });
}

type Built = { readonly kind: "ready"; readonly provider: Provider } | { readonly kind: "refused"; readonly error: ContinuoError };

function tryBuild(build: () => Provider): Built {
  try {
    return { kind: "ready", provider: build() };
  } catch (error) {
    if (error instanceof ContinuoError) return { kind: "refused", error };
    throw error;
  }
}

/**
 * The model providers of one configuration: the built-in ones, and those of `models.providers`, which may also
 * change the address, key and models of a built-in one (docs/models.md). Nothing is loaded or asked before its use.
 *
 * `env` gives a variable's value; keys of the configuration go before it.
 */
export function createProviders(config: Pick<Config, "models">, env: (name: string) => string | undefined): Providers {
  const settings = config.models.providers;
  const ids = [...new Set([...Object.keys(BUILT_IN), ...Object.keys(settings)])].filter((id) => id !== OWN);
  const built = new Map<string, Built>(ids.map((id) => [id, tryBuild(() => buildProvider(id, own(settings, id), env))]));
  built.set(OWN, { kind: "ready", provider: createRecall() });
  const listed = [...built].flatMap(([provider, entry]) => (entry.kind === "ready" ? entry.provider.models.map((model) => ({ ...model, provider })) : []));
  return {
    listModels: () => listed,
    resolveModel(ref) {
      const slash = ref.indexOf("/");
      const [id, model] = slash < 0 ? [ref, ""] : [ref.slice(0, slash), ref.slice(slash + 1)];
      if (id === "" || model === "") throw new ContinuoError("MODEL_UNKNOWN", `"${ref}" names no model.`, { fields: { model: ref } });
      const entry = built.get(id);
      if (entry === undefined) throw new ContinuoError("MODEL_UNKNOWN", `There is no model provider "${id}".`, { fields: { model: ref } });
      if (entry.kind === "refused") throw new ContinuoError(entry.error.code, entry.error.message, { fields: { ...entry.error.fields, model: ref } });
      const { provider } = entry;
      if (id === OWN && !provider.models.some((known) => known.id === model)) throw new ContinuoError("MODEL_UNKNOWN", `continuo has no model "${model}"; its only one is continuo/recall.`, { fields: { model: ref } });
      const images = imagesFor(id, own(settings, id), model);
      const info = modelInfo(provider.models, model);
      return { provider, model, info: images === null ? info : { ...info, images } };
    },
  };
}
