import { ContinuoError, isContinuoError, type ErrorCode } from "../../domain/errors.ts";

/** Whose words they are and what must not stand in them. */
export interface FailureScene {
  readonly provider: string;
  readonly model: string;
  readonly secrets: readonly string[];
}

const LONGEST_WORDS = 500;

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function wordsOf(error: unknown): string {
  if (typeof error === "string") return error;
  const message = field(error, "message") ?? field(field(error, "error"), "message");
  return typeof message === "string" ? message : "no words given";
}

/** The vendor's own words for the log: without keys, request bodies, headers and addresses. */
function forLog(error: unknown, secrets: readonly string[]): Error {
  const kind = error instanceof Error ? `${error.name}: ` : "";
  const inner = field(error, "cause");
  const words = `${kind}${wordsOf(error)}${inner instanceof Error ? ` (${inner.message})` : ""}`;
  // A short "key" such as "x" is no secret, and cutting it out would make the words unreadable.
  const clean = secrets.filter((secret) => secret.length >= 4).reduce((text, secret) => text.replaceAll(secret, "[key]"), words);
  const out = new Error(clean.replace(/\b[\w-]*key=[^&\s"']+/gi, "key=[key]").slice(0, LONGEST_WORDS));
  // The stack of a vendor's package says nothing, but its first line would repeat the words unclean.
  delete out.stack;
  return out;
}

/** In ms, from `retry-after-ms`, or `retry-after` in seconds or as a date, which is read against the server's own `date`. */
export function retryAfterMs(headers: unknown): number | undefined {
  const own = Number(field(headers, "retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(own) && own >= 0) return Math.ceil(own);
  const value = field(headers, "retry-after");
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1_000) : undefined;
  const wait = Date.parse(value) - Date.parse(String(field(headers, "date") ?? ""));
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** Kinds of errors that arrive inside a stream that began well. */
const FINAL_KINDS = /invalid_request|authentication|permission|not_found|billing|INVALID_ARGUMENT|UNAUTHENTICATED|PERMISSION_DENIED|context_length|content_policy/i;

interface Verdict {
  readonly code: ErrorCode;
  readonly message: string;
}

function ofStatus(status: number, { provider, model }: FailureScene): Verdict {
  const said = `(HTTP ${status})`;
  if (status === 429) return { code: "MODEL_UNAVAILABLE", message: `${provider} asks to slow down ${said}.` };
  if (status === 408 || status === 409 || status >= 500) return { code: "MODEL_UNAVAILABLE", message: `${provider} cannot answer just now ${said}.` };
  if (status === 401 || status === 403) return { code: "MODEL_REJECTED", message: `${provider} refused the key ${said}. Check models.providers.${provider}.apiKey or the environment variable.` };
  if (status === 402) return { code: "MODEL_REJECTED", message: `${provider} wants the account to be paid ${said}.` };
  if (status === 404) return { code: "MODEL_REJECTED", message: `${provider} does not know the model ${model}, or its baseUrl is wrong ${said}.` };
  if (status === 413) return { code: "MODEL_REJECTED", message: `The conversation is too long for ${provider}/${model} ${said}.` };
  return { code: "MODEL_REJECTED", message: `${provider} refused the request to ${model} ${said}.` };
}

function verdict(error: unknown, scene: FailureScene): Verdict {
  const status = field(error, "statusCode");
  const { provider } = scene;
  // A 200 that carries an unreadable answer is the server's trouble, not the request's.
  if (typeof status === "number" && status >= 400) return ofStatus(status, scene);
  const name = field(error, "name");
  if (name === "AI_LoadAPIKeyError") return { code: "MODEL_KEY_MISSING", message: `There is no key for ${provider}.` };
  if (name === "AI_InvalidPromptError" || name === "AI_UnsupportedFunctionalityError") return { code: "MODEL_REJECTED", message: `${provider}/${scene.model} cannot take this request.` };
  const inner = field(error, "error") ?? error;
  const kinds = [field(inner, "type"), field(inner, "code"), field(inner, "status"), field(error, "type"), field(error, "code")];
  if (kinds.some((kind) => typeof kind === "string" && FINAL_KINDS.test(kind))) return { code: "MODEL_REJECTED", message: `${provider} refused the request to ${scene.model}.` };
  if (error instanceof TypeError || (typeof name === "string" && name.startsWith("AI_APICall"))) return { code: "MODEL_UNAVAILABLE", message: `${provider} cannot be reached, or the connection broke.` };
  return { code: "MODEL_UNAVAILABLE", message: `${provider} gave up in the middle of its answer.` };
}

/**
 * Anything that a vendor's package throws or streams, as one of ours. 4xx is final (MODEL_REJECTED) except 408, 409
 * and 429; those, 5xx, a broken connection and an overloaded vendor may pass (MODEL_UNAVAILABLE, with `retryAfterMs`
 * where the vendor says). The message names the provider and the status alone; its words are in `cause`, for the log.
 */
export function toModelError(error: unknown, scene: FailureScene): ContinuoError {
  if (isContinuoError(error)) return error;
  const { code, message } = verdict(error, scene);
  const wait = code === "MODEL_UNAVAILABLE" ? retryAfterMs(field(error, "responseHeaders")) : undefined;
  return new ContinuoError(code, message, {
    fields: { provider: scene.provider, model: scene.model, status: field(error, "statusCode") ?? null },
    cause: forLog(error, scene.secrets),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  });
}
