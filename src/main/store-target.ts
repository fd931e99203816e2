import type { Config } from "../config/index.ts";
import type { StoreTarget } from "../store/open.ts";
import type { StatePaths } from "./state-paths.ts";

/** Where this configuration keeps its data. */
export function storeTarget({ store }: Config, files: StatePaths, onError: (error: unknown) => void): StoreTarget {
  return { path: files.database, url: store.url ?? null, connections: store.connections, onError };
}
