import { z } from "zod";
import { httpUrl, mapOf, positive, secret, setting } from "./fields.ts";

/** The protocols that Continuo speaks; OpenClaw files may name others, which only warn. */
export const MODEL_APIS: readonly string[] = [
  ...["openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"],
  ...["openai", "openai-compatible", "anthropic", "google"],
];

const price = z.number().min(0);

const modelCost = z.looseObject({ input: price, output: price, cacheRead: price.optional(), cacheWrite: price.optional() });

const model = z.looseObject({
  id: setting(z.string().min(1), "The model's name within its provider.", "llama-3.1-8b"),
  name: setting(z.string().optional(), "Shown to people.", "Llama 3.1 8B"),
  input: setting(z.array(z.string()).optional(), "What it reads: `image` besides `text` shows it the images of a message. Unset: Anthropic's, OpenAI's and Google's models see, others do not.", ["text", "image"]),
  contextWindow: setting(positive.optional(), "Tokens it can read.", 128_000),
  cost: setting(modelCost.optional(), "Its prices for a million tokens, in whatever currency you count in; `limits.*.costPerDay` needs them.", { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }),
  maxTokens: setting(positive.optional(), "Tokens it may write.", 32_000),
});

const provider = z.looseObject({
  baseUrl: setting(httpUrl.optional(), "Where its API answers.", "http://127.0.0.1:11434/v1"),
  apiKey: setting(secret(), "Its key.", "${OPENAI_API_KEY}"),
  api: setting(z.string().optional(), "`openai-completions`, `openai-responses`, `anthropic-messages` or `google-generative-ai`.", "openai-completions"),
  headers: setting(mapOf(z.string()).optional(), "Sent with every request.", { "X-Region": "eu" }),
  models: setting(z.array(model).default([]), "What it offers.", [{ id: "llama-3.1-8b", contextWindow: 128_000 }]),
});

export const modelsSchema = z.looseObject({
  providers: setting(mapOf(provider).prefault({}), "Model vendors and servers, by name.", {
    local: { baseUrl: "http://127.0.0.1:11434/v1", api: "openai-completions", models: [{ id: "llama-3.1-8b" }] },
  }),
});
