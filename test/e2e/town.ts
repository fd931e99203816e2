import type { TestContext } from "node:test";
import { continuo, type Finished, type RunningGateway } from "../cli/process.ts";
import type { Behaviours, ModelServer } from "../servers/model-server.ts";
import type { InjectedMessage, SentMessage, TelegramServer } from "../servers/telegram-server.ts";
import { storeConfig } from "../store/database.ts";
import { until, type Client } from "./client.ts";
import { gatewayConfig, modelConfig, OPEN } from "./house.ts";
import { stage } from "./stage.ts";

/** The owner's id on Telegram, wherever a test does not say otherwise. */
export const OWNER = 42;

/** A gateway with two bots of Telegram, `default` and `work`, for tests of who is who. */
export interface Town {
  /** The bot of the account `default`. */
  readonly first: TelegramServer;
  /** The bot of the account `work`. */
  readonly second: TelegramServer;
  readonly model: ModelServer;
  readonly stateDir: string;
  gateway(): RunningGateway;
  client(): Client;
  /** Starts it again on what it left; with `config` on another file. */
  start(config?: object): Promise<void>;
  stop(): Promise<void>;
  /** A command, against whatever runs now. */
  run(...args: string[]): Promise<Finished>;
  /** The same with `--json`, read; throws with what it said when it failed. */
  json<T>(...args: string[]): Promise<T>;
  /** The whole configuration with these parts over it. */
  config(parts?: object, policy?: object): object;
}

export interface TownOptions {
  readonly behave?: Behaviours;
  /** Over the configuration. */
  readonly parts?: object;
  /** `channels.telegram` beside its accounts; everybody may write unless told. */
  readonly policy?: object;
}

export async function town(t: TestContext, { behave = { kind: "reply", text: "noted" }, parts = {}, policy = OPEN }: TownOptions = {}): Promise<Town> {
  const house = stage(t);
  const [first, second, model] = [await house.telegram(), await house.telegram(), await house.model(behave)];
  const accounts = { default: { botToken: first.token, apiRoot: first.apiRoot }, work: { botToken: second.token, apiRoot: second.apiRoot } };
  const stateDir = house.directory();
  const store = await storeConfig(stateDir);
  const config: Town["config"] = (more = parts, rules = policy) => ({
    gateway: gatewayConfig(),
    ...store,
    ...modelConfig({ mock: model }),
    channels: { telegram: { enabled: true, ...rules, accounts } },
    ...more,
  });
  const now: { gateway: RunningGateway | null; client: Client | null } = { gateway: null, client: null };
  const there = <T>(one: T | null): T => {
    if (one === null) throw new Error("the gateway of this test does not run");
    return one;
  };
  const run: Town["run"] = (...args) => continuo(args, { stateDir, ...(now.gateway === null ? { port: 1 } : { port: now.gateway.port }) });
  const start: Town["start"] = async (content) => {
    now.gateway = await house.gateway({ stateDir, ...(content === undefined ? {} : { config: content }) });
    now.client = await house.client(now.gateway);
  };
  await start(config());
  return {
    ...{ first, second, model, stateDir, config, run, start },
    gateway: () => there(now.gateway),
    client: () => there(now.client),
    async stop() {
      await there(now.gateway).stop();
      now.gateway = null;
      now.client = null;
    },
    async json<T>(...args: string[]) {
      const { code, stdout, stderr } = await run(...args, "--json");
      if (code !== 0) throw new Error(`continuo ${args.join(" ")} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
  };
}

/** What a chat was sent, as it reads now: a message that grew counts once. */
export function heard(server: TelegramServer, chat: number): string[] {
  const here = (message: SentMessage): boolean => message.chat === String(chat);
  const edited = new Map(server.edits().filter(here).map(({ messageId, text }) => [messageId, text]));
  return server.sent().filter(here).map(({ messageId, text }) => edited.get(messageId) ?? text);
}

/** Waits until the gateway has taken in a message of the platform and nothing is under way. */
export async function takenIn({ client }: Pick<Town, "client">, server: TelegramServer, updateId: number): Promise<void> {
  await until("it is taken in", () => server.calls("getUpdates").some(({ body }) => Number(body["offset"]) > updateId));
  await client().settled();
}

/** Says something where an answer is expected, and resolves to all that came until it was settled. */
export async function say(at: Town, server: TelegramServer, from: InjectedMessage["from"], text: string, more: Partial<InjectedMessage> = {}): Promise<string> {
  const chat = more.chat ?? (typeof from === "number" ? from : from.id);
  const id = typeof chat === "number" ? chat : chat.id;
  await at.client().settled(); // what is still on its way is no answer to this
  const before = heard(server, id).length;
  const { updateId } = await server.injectMessage({ chat, from, text, ...more });
  await until(`${text} is answered`, () => heard(server, id).length > before);
  await takenIn(at, server, updateId);
  return heard(server, id).slice(before).join("\n");
}

/** Says something that nobody has to answer, and resolves to what came all the same. */
export async function mutter(at: Town, server: TelegramServer, from: InjectedMessage["from"], text: string, more: Partial<InjectedMessage> = {}): Promise<string[]> {
  const chat = more.chat ?? (typeof from === "number" ? from : from.id);
  const id = typeof chat === "number" ? chat : chat.id;
  await at.client().settled(); // what is still on its way is no answer to this
  const before = heard(server, id).length;
  const { updateId } = await server.injectMessage({ chat, from, text, ...more });
  await takenIn(at, server, updateId);
  return heard(server, id).slice(before);
}

/** Everything that the model was sent with its newest request. */
export function lastRequest(model: ModelServer): string {
  return JSON.stringify(model.requests().at(-1)?.messages ?? []);
}
