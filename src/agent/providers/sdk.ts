import { ContinuoError } from "../../domain/errors.ts";
import type { Usage } from "../../domain/usage.ts";
import { toModelError, type FailureScene } from "./failures.ts";
import { toPrompt } from "./prompt.ts";
import type { ModelEvent, ModelInfo, ModelRequest, Provider } from "./provider.ts";
import { openVendor, type Endpoint, type LanguageModel, type OpenModel } from "./vendors.ts";

type StreamPart = Awaited<ReturnType<LanguageModel["doStream"]>>["stream"] extends ReadableStream<infer Part> ? Part : never;
type FinishPart = Extract<StreamPart, { type: "finish" }>;

export interface SdkProviderParts {
  readonly endpoint: Endpoint;
  readonly models: readonly ModelInfo[];
  /** Tokens that a model may write, by its id, from the configuration. */
  maxTokens(model: string): number | null;
}

/** `input` is without what the cache gave or took, so that the three add up to the prompt (P35). */
function toUsage({ inputTokens, outputTokens }: FinishPart["usage"]): Usage {
  const cacheRead = inputTokens.cacheRead ?? null;
  const cacheWrite = inputTokens.cacheWrite ?? null;
  const rest = inputTokens.total === undefined ? null : inputTokens.total - (cacheRead ?? 0) - (cacheWrite ?? 0);
  return { input: inputTokens.noCache ?? rest, output: outputTokens.total ?? null, cacheRead, cacheWrite };
}

/** Turns left in the vendor's hands beyond the reply: none. OpenAI would otherwise keep every answer for 30 days. */
const PROVIDER_OPTIONS = { openai: { store: false } };

function finished(part: FinishPart, said: boolean, { provider, model }: FailureScene): ModelEvent {
  const { unified } = part.finishReason;
  if (unified === "interrupted" || unified === "error") {
    throw new ContinuoError("MODEL_UNAVAILABLE", `${provider} broke off its answer.`, { fields: { provider, model } });
  }
  if (unified === "content-filter" && !said) {
    throw new ContinuoError("MODEL_REJECTED", `${provider} withheld the answer of ${model} (content filter).`, { fields: { provider, model } });
  }
  return { kind: "finish", usage: toUsage(part.usage), stopReason: unified };
}

/** A vendor's stream as ours: text, then one `finish`. Throws what the stream carries as an error, raw. */
async function* translate(stream: AsyncIterable<StreamPart>, scene: FailureScene): AsyncGenerator<ModelEvent> {
  let said = false;
  for await (const part of stream) {
    if (part.type === "text-delta") {
      if (part.delta === "") continue;
      said = true;
      yield { kind: "text", delta: part.delta };
    } else if (part.type === "error") throw part.error;
    else if (part.type === "finish") {
      yield finished(part, said, scene);
      return;
    }
  }
  throw new ContinuoError("MODEL_UNAVAILABLE", `${scene.provider} ended its answer without saying that it was done.`);
}

/**
 * A provider that is spoken to through one of the vendor packages (docs/models.md). Its package is loaded at the
 * first request and kept. It neither retries nor waits: that is the caller's. Errors: `toModelError`.
 */
export function createSdkProvider({ endpoint, models, maxTokens }: SdkProviderParts): Provider {
  let vendor: Promise<OpenModel> | null = null;
  const open = (): Promise<OpenModel> => {
    vendor ??= openVendor(endpoint).catch((error: unknown) => {
      vendor = null;
      throw new ContinuoError("RUNTIME_MISSING", `The package that speaks to ${endpoint.id} cannot be loaded.`, { cause: error });
    });
    return vendor;
  };
  // A vendor builds its schemas anew for each model object: one for each model is enough.
  const opened = new Map<string, LanguageModel>();
  const modelOf = async (id: string): Promise<LanguageModel> => {
    const model = opened.get(id) ?? (await open())(id);
    opened.set(id, model);
    return model;
  };
  const secrets = [endpoint.apiKey, ...Object.values(endpoint.headers)].filter((value) => value !== null);
  return {
    id: endpoint.id,
    models,
    async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
      signal.throwIfAborted();
      const scene: FailureScene = { provider: endpoint.id, model: request.model, secrets };
      const maxOutputTokens = request.maxOutputTokens ?? maxTokens(request.model);
      try {
        const model = await modelOf(request.model);
        const { stream } = await model.doStream({
          prompt: toPrompt(request),
          abortSignal: signal,
          providerOptions: PROVIDER_OPTIONS,
          // Each vendor's package says it in the vendor's own words, and leaves it out for models that cannot think.
          ...(request.thinking ? { reasoning: request.thinking === "off" ? "none" : request.thinking } : {}),
          ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
        });
        yield* translate(stream, scene);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw toModelError(error, scene);
      }
    },
  };
}
