import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { startGateway, type GatewaySettings, type RunningGateway } from "../cli/process.ts";
import { startModelServer, type Behaviours, type ModelServer } from "../servers/model-server.ts";
import { startTelegramServer, type TelegramServer } from "../servers/telegram-server.ts";
import { removeStateDir } from "../store/database.ts";
import { connect, type Client, type Place } from "./client.ts";

/** Everything a test starts, ended with the test, however it ends: the newest first. */
export interface Stage {
  telegram(): Promise<TelegramServer>;
  model(behave?: Behaviours): Promise<ModelServer>;
  gateway(settings?: GatewaySettings): Promise<RunningGateway>;
  client(place: Place, who?: { id: string; mode: string }): Promise<Client>;
  /** A directory that outlives the gateways on it. */
  directory(): string;
  atEnd(step: () => unknown): void;
}

export function stage(t: TestContext): Stage {
  const steps: (() => unknown)[] = [];
  const atEnd: Stage["atEnd"] = (step) => void steps.push(step);
  t.after(async () => {
    const outcomes: PromiseSettledResult<unknown>[] = [];
    for (const step of steps.toReversed()) outcomes.push(...(await Promise.allSettled([(async () => step())()])));
    // Everything else is ended before a step that failed is told.
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  });
  return {
    atEnd,
    async telegram() {
      const server = await startTelegramServer();
      atEnd(() => server.close());
      return server;
    },
    async model(behave) {
      const server = await startModelServer(behave === undefined ? {} : { behave });
      atEnd(() => server.close());
      return server;
    },
    async gateway(settings = {}) {
      const gateway = await startGateway(settings);
      atEnd(() => gateway.kill());
      return gateway;
    },
    async client(place, who) {
      const client = await connect(place, who);
      atEnd(() => client.close());
      return client;
    },
    directory() {
      const directory = mkdtempSync(join(tmpdir(), "continuo-e2e-"));
      atEnd(() => removeStateDir(directory));
      return directory;
    },
  };
}
