import { z } from "zod";
import { ContinuoError, isContinuoError } from "../../domain/errors.ts";

/** Why a call of the Bot API failed, in the words that matter to us. `words` never hold the token. */
export type Failure =
  | { readonly kind: "unauthorized" }
  | { readonly kind: "conflict"; readonly words: string }
  | { readonly kind: "limited"; readonly retryAfterMs: number }
  | { readonly kind: "markup" }
  | { readonly kind: "unchanged" }
  | { readonly kind: "refused"; readonly words: string }
  /** It cannot have arrived, or the platform says itself that it did nothing. */
  | { readonly kind: "unreachable"; readonly words: string }
  /** The connection broke while the call was under way. */
  | { readonly kind: "broken"; readonly words: string };

const answerSchema = z.looseObject({
  error_code: z.int(),
  description: z.string(),
  parameters: z.looseObject({ retry_after: z.number().optional() }).optional(),
});

/** The library keeps the cause of a network failure in `error`; its message carries the URL, and the token in it. */
const networkSchema = z.looseObject({ error: z.looseObject({ code: z.string().optional(), type: z.string().optional() }) });

/** No connection came about, so nothing was said on it. A call itself ends earlier than a connection's ETIMEDOUT. */
const NEVER_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/u;

const LONGEST_WORDS = 200;

function wordsOf(description: string, token: string): string {
  return description.replaceAll(token, "<token>").slice(0, LONGEST_WORDS);
}

/** Reads what the library threw. `token` is taken out of the platform's words, should they repeat it. */
export function failureOf(error: unknown, token: string): Failure {
  const answer = answerSchema.safeParse(error).data;
  if (!answer) {
    const cause = networkSchema.safeParse(error).data?.error;
    const words = cause?.code ?? cause?.type ?? "no answer";
    return { kind: NEVER_CONNECTED.test(words) ? "unreachable" : "broken", words };
  }
  const words = wordsOf(answer.description, token);
  const code = answer.error_code;
  if (code === 401 || code === 404) return { kind: "unauthorized" };
  if (code === 409) return { kind: "conflict", words };
  if (code === 429) return { kind: "limited", retryAfterMs: Math.ceil((answer.parameters?.retry_after ?? 1) * 1000) };
  if (code >= 500) return { kind: "unreachable", words: `${code}: ${words}` };
  if (/can't parse entities|unsupported start tag|can't find end/iu.test(words)) return { kind: "markup" };
  if (/message is not modified/iu.test(words)) return { kind: "unchanged" };
  return { kind: "refused", words };
}

/** What the outbox is told; `CHANNEL_UNAVAILABLE` is tried again. What may be done `once` is not, when it may have been done. */
export function toChannelError(failure: Failure, may: "once" | "again"): ContinuoError {
  const fields = { telegram: failure.kind };
  switch (failure.kind) {
    case "unauthorized":
      return new ContinuoError("CHANNEL_UNAUTHORIZED", "Telegram does not accept the bot's token.", { fields });
    case "limited":
      return new ContinuoError("CHANNEL_UNAVAILABLE", "Telegram asks to wait before the next message.", { fields, retryAfterMs: failure.retryAfterMs });
    case "broken":
      if (may === "once") return new ContinuoError("CHANNEL_UNCERTAIN", `The connection to Telegram broke before its answer (${failure.words}); the message may or may not have arrived.`, { fields });
      return new ContinuoError("CHANNEL_UNAVAILABLE", `The connection to Telegram broke (${failure.words}).`, { fields });
    case "unreachable":
      return new ContinuoError("CHANNEL_UNAVAILABLE", `Telegram could not be reached (${failure.words}).`, { fields });
    case "conflict":
    case "refused":
      return new ContinuoError("CHANNEL_REJECTED", `Telegram refused it: ${failure.words}`, { fields });
    case "markup":
    case "unchanged":
      return new ContinuoError("CHANNEL_REJECTED", "Telegram refused the form of the message.", { fields });
  }
}

export function failedBy(error: unknown, kind: Failure["kind"]): boolean {
  return isContinuoError(error) && error.fields["telegram"] === kind;
}
