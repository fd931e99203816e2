import type { ImageLimits, ModelInfo } from "./provider.ts";

/** Read when nobody says otherwise: a provider without any entry here, or a model that is newer than this table. */
export const UNKNOWN_WINDOW = 200_000;

const WINDOW_128K = 128_000;
const WINDOW_400K = 400_000;
const WINDOW_1M = 1_048_576;

const MODELS: Readonly<Record<string, readonly ModelInfo[]>> = {
  anthropic: [
    { id: "claude-opus-5-5", name: "Claude Opus 5.5", contextWindow: UNKNOWN_WINDOW },
    { id: "claude-sonnet-5-5", name: "Claude Sonnet 5.5", contextWindow: UNKNOWN_WINDOW },
    { id: "claude-haiku-5-5", name: "Claude Haiku 5.5", contextWindow: UNKNOWN_WINDOW },
    { id: "claude-opus-4-6", name: "Claude Opus 4.6", contextWindow: UNKNOWN_WINDOW },
    { id: "claude-sonnet-4-5", name: "Claude Sonnet 4.5", contextWindow: UNKNOWN_WINDOW },
    { id: "claude-haiku-4-5", name: "Claude Haiku 4.5", contextWindow: UNKNOWN_WINDOW },
  ],
  openai: [
    { id: "gpt-5.2", name: "GPT-5.2", contextWindow: WINDOW_400K },
    { id: "gpt-5.1", name: "GPT-5.1", contextWindow: WINDOW_400K },
    { id: "gpt-5", name: "GPT-5", contextWindow: WINDOW_400K },
    { id: "gpt-5-mini", name: "GPT-5 mini", contextWindow: WINDOW_400K },
    { id: "gpt-4.1", name: "GPT-4.1", contextWindow: WINDOW_1M },
    { id: "gpt-4o", name: "GPT-4o", contextWindow: WINDOW_128K },
  ],
  google: [
    { id: "gemini-3.1-pro-preview", name: "Gemini 3.1 Pro", contextWindow: WINDOW_1M },
    { id: "gemini-3-pro-preview", name: "Gemini 3 Pro", contextWindow: WINDOW_1M },
    { id: "gemini-2.5-pro", name: "Gemini 2.5 Pro", contextWindow: WINDOW_1M },
    { id: "gemini-2.5-flash", name: "Gemini 2.5 Flash", contextWindow: WINDOW_1M },
  ],
};

/** What is known of a vendor's models. Windows are those that every account has: too small costs history, too large costs the turn. */
export function knownModels(provider: string): readonly ModelInfo[] {
  return Object.hasOwn(MODELS, provider) ? (MODELS[provider] ?? []) : [];
}

const IMAGE_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const MB = 1_048_576;

/** What servers take whose models are said to see. */
const COMMON_IMAGES: ImageLimits = { types: IMAGE_TYPES, maxBytes: 15 * MB };

/** Vendors all of whose models see. A larger image would have the whole request refused; Anthropic counts it in base64. */
const VENDOR_IMAGES: Readonly<Record<string, ImageLimits>> = {
  anthropic: { types: IMAGE_TYPES, maxBytes: 3.75 * MB },
  openai: COMMON_IMAGES,
  google: { types: [...IMAGE_TYPES.filter((type) => type !== "image/gif"), "image/heic", "image/heif"], maxBytes: 14 * MB },
};

/** The images that a provider's models take; `input` is what the configuration says of one of them. */
export function imagesOf(provider: string, input: readonly string[] | undefined): ImageLimits | null {
  const known = Object.hasOwn(VENDOR_IMAGES, provider) ? (VENDOR_IMAGES[provider] ?? null) : null;
  if (input === undefined) return known;
  return input.includes("image") ? (known ?? COMMON_IMAGES) : null;
}

/** A model by its id. One that nobody lists is still allowed: vendors bring out models faster than tables change. */
export function modelInfo(models: readonly ModelInfo[], id: string): ModelInfo {
  return models.find((model) => model.id === id) ?? { id, name: id, contextWindow: UNKNOWN_WINDOW };
}
