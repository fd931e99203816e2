import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { connect, until, type Client } from "../e2e/client.ts";
import { gatewayConfig, modelConfig, OPEN, questionOf, telegramConfig } from "../e2e/house.ts";
import { startModelServer, type Behaviours, type ModelServer } from "../servers/model-server.ts";
import { startTelegramServer, type TelegramServer } from "../servers/telegram-server.ts";
import { removeStateDir, rowsIn, storeConfig } from "../store/database.ts";
import { startVictim, type Bundle, type Victim } from "./victim.ts";

/** Every message carries one of these, and its answer says it again. */
const MARK = /mark-[\w-]+/g;

export function marksOf(text: string): string[] {
  return text.match(MARK) ?? [];
}

/** What a model is asked by a job names the instant, and its answer says it again. */
const STAMP = /due (?<at>\d{4}-\d\d-\d\dT[\d:.]+Z)\]/;

export function stampOf(question: string): string | null {
  const at = STAMP.exec(question)?.groups?.["at"];
  return at === undefined ? null : `tick-${Date.parse(at)}`;
}

/** One state directory that outlives many gateways, with the platform and the model outside of them. */
export interface Scene {
  readonly stateDir: string;
  readonly telegram: TelegramServer;
  readonly model: ModelServer;
  /** Starts a gateway; it has taken up what the last one left when this resolves. */
  start(): Promise<{ victim: Victim; client: Client }>;
  /** Says something in a private chat of the platform. */
  tell(chat: number, text: string): Promise<void>;
  /** The marks in what the chat was sent, in order. */
  heard(chat: number): string[];
  /** The database as a dead gateway left it. */
  rows<T>(sql: string): Promise<T[]>;
}

/** Answers with the marks of all that it was asked since its last answer, word by word. */
const echo: Behaviours = (body) => ({ kind: "reply", text: `I heard ${marksOf(questionOf(body)).join(" and ")} just now.`, spread: true });

export async function openScene(t: TestContext, bundle: Bundle, options: { behave?: Behaviours; config?: object } = {}): Promise<Scene> {
  const stateDir = mkdtempSync(join(tmpdir(), "continuo-faults-"));
  const telegram = await startTelegramServer();
  const model = await startModelServer({ behave: options.behave ?? echo });
  const living = new Set<Victim>();
  t.after(async () => {
    for (const victim of living) await victim.kill();
    await Promise.all([telegram.close(), model.close()]);
    await removeStateDir(stateDir);
  });
  const config = { gateway: gatewayConfig(), ...(await storeConfig(stateDir)), ...telegramConfig(telegram, OPEN), ...modelConfig({ mock: model }), ...options.config };
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(config), { mode: 0o600 });
  let lastUpdate = 0;
  return {
    stateDir,
    telegram,
    model,
    async start() {
      const before = telegram.calls().length;
      const victim = await startVictim(bundle, stateDir);
      living.add(victim);
      void victim.dead.then(() => living.delete(victim));
      const client = await connect(victim);
      // It asks for what comes after the last message only when it has that one.
      await until("the platform's messages are taken in", () => telegram.calls().slice(before).some(({ method, body }) => method === "getUpdates" && (lastUpdate === 0 || Number(body["offset"]) > lastUpdate)));
      await client.settled();
      return { victim, client };
    },
    async tell(chat, text) {
      const { updateId } = await telegram.injectMessage({ chat, from: chat, text });
      lastUpdate = updateId;
    },
    heard: (chat) => telegram.sent().filter((message) => message.chat === String(chat)).flatMap((message) => marksOf(message.text)),
    rows: <T>(sql: string) => rowsIn<T>(stateDir, sql),
  };
}

/** A client that says each message again, under the same key, until it is acknowledged. */
export interface Speaker {
  /** Says these at once; resolves when each is acknowledged or the gateway is gone. */
  say(client: Client, messages: readonly Spoken[]): Promise<void>;
  /** Says again what was not acknowledged. */
  sayAgain(client: Client): Promise<void>;
  readonly acknowledged: ReadonlySet<string>;
}

export interface Spoken {
  readonly mark: string;
  readonly session: string;
}

export function createSpeaker(): Speaker {
  const open = new Map<string, Spoken>();
  const acknowledged = new Set<string>();
  const one = async (client: Client, spoken: Spoken): Promise<void> => {
    const { mark, session } = spoken;
    open.set(mark, spoken);
    try {
      await client.request("chat.send", { sessionKey: session, message: `please note ${mark}`, idempotencyKey: mark });
    } catch (error) {
      if ((error as Error).message === "the gateway went away") return;
      throw error;
    }
    open.delete(mark);
    acknowledged.add(mark);
  };
  return {
    acknowledged,
    say: async (client, messages) => void (await Promise.all(messages.map((spoken) => one(client, spoken)))),
    async sayAgain(client) {
      for (const spoken of [...open.values()]) await one(client, spoken);
    },
  };
}
