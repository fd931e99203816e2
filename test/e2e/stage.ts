import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startGateway, type GatewaySettings, type RunningGateway } from "../cli/process.ts";
import { startModelServer, type Behaviours, type ModelServer } from "../servers/model-server.ts";
import { startTelegramServer, type TelegramServer } from "../servers/telegram-server.ts";
import { connect, type Client, type Place } from "./client.ts";

/** Everything a test starts, ended with the test, however it ends. */
export interface Stage {
  telegram(): Promise<TelegramServer>;
  model(behave?: Behaviours): Promise<ModelServer>;
  gateway(settings?: GatewaySettings): Promise<RunningGateway>;
  client(place: Place, who?: { id: string; mode: string }): Promise<Client>;
  /** A directory that outlives the gateways on it. */
  directory(): string;
}

export function stage(t: TestContext): Stage {
  return {
    async telegram() {
      const server = await startTelegramServer();
      t.after(() => server.close());
      return server;
    },
    async model(behave) {
      const server = await startModelServer(behave === undefined ? {} : { behave });
      t.after(() => server.close());
      return server;
    },
    async gateway(settings = {}) {
      const gateway = await startGateway(settings);
      t.after(() => gateway.kill());
      return gateway;
    },
    async client(place, who) {
      const client = await connect(place, who);
      t.after(() => client.close());
      return client;
    },
    directory() {
      const directory = mkdtempSync(join(tmpdir(), "continuo-e2e-"));
      t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
      return directory;
    },
  };
}
