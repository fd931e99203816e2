import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { StorageDesk } from "../operations/index.ts";
import { publish } from "./announce.ts";
import type { House } from "./house.ts";
import type { Line } from "./line.ts";
import { statePaths } from "./state-paths.ts";
import { createStorage, type Switch } from "./storage.ts";

/** What begins now is not begun any more; answers that are being written end first, if they do within a minute. */
async function holdStill(line: Line, log: House["log"]): Promise<void> {
  try {
    // For good: this line is stopped next.
    await line.hold("everything");
  } catch (error) {
    if (!isContinuoError(error) || error.code !== "CHANGE_BUSY") throw error;
    log.warn({}, "answers are still being written; they are written anew after the switch");
  }
}

/** The database of a running gateway: moved while it works, and switched to by a restart in the same process. */
export function liveStorage(house: House, line: Line): StorageDesk {
  const { start, configuration, stateDir, store, clock, ids, log, cluster, desks } = house;
  const handOver = async (ready: Switch, to: string): Promise<void> => {
    const { switchOver } = start;
    if (switchOver === undefined) throw new ContinuoError("REQUEST_INVALID", "This gateway cannot restart itself.", { fields: { cure: "Stop it and run the command again." } });
    const text = `The gateway moves to another database now (${to}). It is back in a moment; nothing is lost.`;
    log.info({ to }, "the move is as good as done: the gateway switches to the other database");
    publish(house, "notice", { text });
    await holdStill(line, log);
    // Whoever asked for it gets the answer first.
    setImmediate(() => switchOver(ready));
  };
  const storage = createStorage({
    ...{ configuration: { path: configuration.path, env: start.env }, store, clock, ids, handOver },
    database: { path: statePaths(stateDir).database, url: configuration.compiled.config.store.url ?? null },
    gatewayId: cluster.id,
    last: start.lastMove ?? null,
    onProgress: (progress) => publish(house, "store.progress", progress),
  });
  desks.storage = storage;
  return storage;
}
