import type { OpenAIProvider } from "@ai-sdk/openai";

/** What every vendor package gives for one model: its streaming call (`doStream`). */
export type LanguageModel = ReturnType<OpenAIProvider["responses"]>;

/** The protocols that are spoken; `openai-chat` is OpenAI's own dialect of `openai-completions`. */
export type Protocol = "openai-completions" | "openai-chat" | "openai-responses" | "anthropic-messages" | "google-generative-ai";

/** Where a vendor or server answers, and how it is spoken to. */
export interface Endpoint {
  /** The provider's name in the configuration. */
  readonly id: string;
  readonly protocol: Protocol;
  /** With the version in its path, without a slash at its end. */
  readonly baseUrl: string;
  /** Null for servers that want none. */
  readonly apiKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export type OpenModel = (model: string) => LanguageModel;

/** Some packages insist on a key; a server that wants none ignores this one. */
const NO_KEY = "none";

/** Loads the vendor's package, which is large, and so only when its first model is used. */
export async function openVendor({ id, protocol, baseUrl, apiKey, headers }: Endpoint): Promise<OpenModel> {
  const settings = { baseURL: baseUrl, apiKey: apiKey ?? NO_KEY, headers: { ...headers } };
  switch (protocol) {
    case "anthropic-messages": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      const vendor = createAnthropic(settings);
      return (model) => vendor.languageModel(model);
    }
    case "google-generative-ai": {
      const { createGoogle } = await import("@ai-sdk/google");
      const vendor = createGoogle(settings);
      return (model) => vendor.languageModel(model);
    }
    case "openai-responses":
    case "openai-chat": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      const vendor = createOpenAI(settings);
      return (model) => (protocol === "openai-chat" ? vendor.chat(model) : vendor.responses(model));
    }
    case "openai-completions": {
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const vendor = createOpenAICompatible({ baseURL: baseUrl, name: id, headers: { ...headers }, includeUsage: true, ...(apiKey === null ? {} : { apiKey }) });
      return (model) => vendor.chatModel(model);
    }
  }
}
