import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startGateway } from "../../src/main/gateway.ts";
import { connect, type Client } from "../e2e/client.ts";
import { gatewayConfig, modelConfig, OPEN, telegramConfig, TOKEN } from "../e2e/house.ts";
import { stage } from "../e2e/stage.ts";
import type { ModelServer } from "../servers/model-server.ts";
import type { TelegramServer } from "../servers/telegram-server.ts";
import { storeConfig } from "../store/database.ts";
import { open, type Shop } from "./visit.ts";

/** The whole gateway with its store, the page it serves, and a platform and a model outside of it. */
export interface RealHouse {
  readonly url: string;
  readonly client: Client;
  readonly model: ModelServer;
  readonly telegram: TelegramServer;
  /** Another device: it has a storage of its own. */
  device(context?: BrowserContextOptions): Promise<Device>;
}

export interface Device {
  readonly page: Page;
  readonly complaints: string[];
}

export async function startRealHouse(t: TestContext, { browser, uiDir }: Shop): Promise<RealHouse> {
  const on = stage(t);
  const stateDir = on.directory();
  const telegram = await on.telegram();
  const model = await on.model();
  const config = { gateway: gatewayConfig(), ...(await storeConfig(stateDir)), ...telegramConfig(telegram, OPEN), ...modelConfig({ mock: model }) };
  writeFileSync(join(stateDir, "openclaw.json"), JSON.stringify(config), { mode: 0o600 });
  const gateway = await startGateway({ env: { OPENCLAW_STATE_DIR: stateDir }, port: 0, bind: null, verbose: false, version: "0.0.0-test", uiDir, foreground: { isTTY: false } });
  on.atEnd(() => gateway.stop("the test is over"));
  const client = await connect({ port: gateway.port, token: TOKEN }, { id: "cli", mode: "cli" });
  on.atEnd(() => client.close());
  return {
    ...{ url: gateway.url, client, model, telegram },
    async device(options = {}) {
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options });
      on.atEnd(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (line) => void (line.type() === "error" && complaints.push(line.text())));
      on.atEnd(() => assert.deepEqual(complaints, []));
      await page.goto(`${gateway.url}/#token=${TOKEN}`);
      await open(page);
      return { page, complaints };
    },
  };
}
