import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChatBody, ModelServer } from "../servers/model-server.ts";
import type { TelegramServer } from "../servers/telegram-server.ts";

export const TOKEN = "the-token-of-the-end-to-end-tests";

/** `gateway` of every configuration here. */
export function gatewayConfig(): object {
  return { port: 0, auth: { mode: "token", token: TOKEN }, reload: { mode: "hot", debounceMs: 50 } };
}

/** `models` and `agents` with a mock server for each name; the first is the primary, the others its fallbacks. */
export function modelConfig(servers: Readonly<Record<string, ModelServer>>, defaults: object = {}): { models: object; agents: object } {
  const providers = Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [name, { baseUrl: server.baseUrl, api: "openai-completions", apiKey: "sk-secret-of-the-mock", models: [{ id: "m", contextWindow: 100_000 }] }]),
  );
  const [primary, ...fallbacks] = Object.keys(servers).map((name) => `${name}/m`);
  return { models: { providers }, agents: { defaults: { model: { primary, fallbacks }, ...defaults } } };
}

export function telegramConfig(server: TelegramServer, policy: object): { channels: object } {
  return { channels: { telegram: { enabled: true, botToken: server.token, apiRoot: server.apiRoot, ...policy } } };
}

export const OPEN = { dmPolicy: "open", allowFrom: ["*"], groupPolicy: "open" };

export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return Array.isArray(content) ? content.map((part: { text?: string }) => part.text ?? "").join("") : "";
}

/** What the model was asked now: everything after its last answer. */
export function questionOf(body: ChatBody): string {
  const last = body.messages.findLastIndex(({ role }) => role === "assistant");
  return body.messages
    .slice(last + 1)
    .filter(({ role }) => role === "user")
    .map(({ content }) => textOf(content))
    .join("\n");
}

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The gateway's log so far; a last line that is being written is left out. */
export function readLog(stateDir: string): LogLine[] {
  let text: string;
  try {
    text = readFileSync(join(stateDir, "logs", "gateway.log"), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);
}
