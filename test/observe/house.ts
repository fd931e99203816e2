import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startGateway } from "../../src/main/gateway.ts";
import { connect, type Client } from "../e2e/client.ts";
import { gatewayConfig, modelConfig, OPEN, telegramConfig, TOKEN } from "../e2e/house.ts";
import { stage } from "../e2e/stage.ts";
import type { Behaviours, ModelServer } from "../servers/model-server.ts";
import type { TelegramServer } from "../servers/telegram-server.ts";
import { storeConfig } from "../store/database.ts";

export interface ObservedHouse {
  readonly telegram: TelegramServer;
  readonly model: ModelServer;
  readonly client: Client;
  readonly stateDir: string;
  /** Ends the gateway before the test does. */
  stop(): Promise<void>;
  /** What `/metrics` prints. */
  metrics(): Promise<string>;
}

/** A gateway in this process, with a platform and a model outside of it. */
export async function observedHouse(t: TestContext, options: { config?: object; behave?: Behaviours } = {}): Promise<ObservedHouse> {
  const on = stage(t);
  const stateDir = on.directory();
  const telegram = await on.telegram();
  const model = await on.model(options.behave);
  const config = { gateway: gatewayConfig(), ...(await storeConfig(stateDir)), ...telegramConfig(telegram, OPEN), ...modelConfig({ mock: model }), ...options.config };
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(config), { mode: 0o600 });
  const gateway = await startGateway({
    ...{ env: { OPENCLAW_STATE_DIR: stateDir }, port: 0, bind: null, verbose: false, version: "0.0.0-test" },
    uiDir: join(tmpdir(), "continuo-no-page"),
    foreground: { isTTY: false },
  });
  let ended: Promise<void> | null = null;
  const stop = (): Promise<void> => (ended ??= gateway.stop("the test is over"));
  on.atEnd(stop);
  const client = await connect({ port: gateway.port, token: TOKEN });
  on.atEnd(() => client.close());
  return { telegram, model, client, stateDir, stop, metrics: async () => (await fetch(`${gateway.url}/metrics`)).text() };
}

/** The value of one line of `/metrics`; null while it is not there. */
export function valueOf(text: string, series: string): number | null {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length + 1));
}

/** The names of all families, as `# TYPE` says them. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? "");
}
