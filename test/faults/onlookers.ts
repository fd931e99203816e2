import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { continuo } from "../cli/process.ts";

export interface Seen {
  readonly reads: number;
  readonly errors: readonly string[];
}

/** A process that reads the database with SQLite itself, and commands that are run beside the gateway, until `stop` or the test's end. */
export function startOnlookers(t: TestContext, stateDir: string, commands: readonly (readonly string[])[], holdMs = 5): { stop(): Promise<{ readonly reader: Seen; readonly commands: Seen }> } {
  const reader = fork(new URL("./reader.ts", import.meta.url), [join(stateDir, "continuo", "continuo.sqlite"), String(holdMs)], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const seen = { reads: 0, errors: [] as string[] };
  const state = { stop: false };
  t.after(() => {
    state.stop = true;
    reader.kill();
  });
  const looking = (async () => {
    while (!state.stop) {
      for (const command of commands) {
        if (state.stop) break;
        const { code, stderr } = await continuo(command, { stateDir });
        if (code === 0) seen.reads += 1;
        else seen.errors.push(`${command.join(" ")}: ${stderr.trim()}`);
      }
    }
  })();
  return {
    async stop() {
      state.stop = true;
      await looking;
      const told = once(reader, "message") as Promise<[Seen]>;
      reader.send({ stop: true });
      const [read] = await told;
      return { reader: read, commands: seen };
    },
  };
}
