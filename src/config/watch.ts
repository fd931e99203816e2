import { watch, type FSWatcher } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import { diffConfig, type ConfigChange } from "./diff.ts";
import type { Environment } from "./environment.ts";
import { load, type LoadedConfig } from "./load.ts";
import type { Config } from "./schema.ts";

export interface ConfigChanged {
  readonly config: Config;
  readonly previous: Config;
  readonly changedPaths: readonly string[];
  readonly changes: readonly ConfigChange[];
  readonly warnings: readonly string[];
}

export interface WatchOptions {
  /** What runs now: the watcher compares with it, so that nothing saved since it was read is missed. */
  readonly current: LoadedConfig;
  readonly env: Environment;
  onChange(changed: ConfigChanged): void;
  /** The file cannot be used; the settings that run stay as they are. */
  onError(error: ContinuoError): void;
  readonly debounceMs?: number;
}

export interface ConfigWatcher {
  /** Reads the file now, as after a change. Never rejects. */
  reload(): Promise<void>;
  close(): void;
}

/** Files that include others anew on every reading would be followed for ever. */
const MOST_ROUNDS = 5;
const DEBOUNCE_MS = 300;

interface Watched {
  readonly directory: string;
  readonly names: readonly string[];
}

/** Directories to watch: an editor replaces the file, and a watch on the file itself would follow the old one. */
async function directoriesOf(files: readonly string[]): Promise<readonly Watched[]> {
  const all: string[] = [...files];
  for (const file of files) {
    const real = await realpath(file).catch(() => file);
    if (real !== file) all.push(real);
  }
  return Object.entries(Object.groupBy(all, dirname)).map(([directory, inside]) => ({ directory, names: (inside ?? []).map((file) => basename(file)) }));
}

function watchDirectory({ directory, names }: Watched, touched: () => void, failed: (error: unknown) => void): FSWatcher | null {
  try {
    // A name that begins with ".." is how mounted volumes swap a whole set of links at once.
    const watcher = watch(directory, (_event, name) => {
      if (name === null || names.includes(name) || name.startsWith("..")) touched();
    });
    watcher.on("error", failed);
    return watcher;
  } catch (error) {
    failed(error);
    return null;
  }
}

/** Keeps one watcher a directory, and changes them when the set of files does. */
function createFollower(touched: () => void, failed: (error: unknown) => void) {
  let watchers: readonly FSWatcher[] = [];
  let followed = "";
  let closed = false;
  const stop = (): void => watchers.forEach((watcher) => watcher.close());
  return {
    /** True when other directories are watched than before: what was saved in them meanwhile was not seen. */
    async follow(files: readonly string[]): Promise<boolean> {
      const directories = await directoriesOf(files);
      if (closed || JSON.stringify(directories) === followed) return false;
      stop();
      followed = JSON.stringify(directories);
      watchers = directories.flatMap((entry) => watchDirectory(entry, touched, failed) ?? []);
      return true;
    },
    close(): void {
      closed = true;
      stop();
    },
  };
}

interface ReadAgain {
  readonly next: LoadedConfig;
  readonly changed: ConfigChanged | null;
}

/** Reads again and says what is different; null when nothing is. Throws when what is there cannot be used. */
async function readAgain(current: LoadedConfig, env: Environment, seen: (path: string) => void): Promise<ReadAgain> {
  const next = await load(current.path, env, (path) => {
    seen(path);
    return readFile(path);
  });
  if (!next.exists && current.exists) {
    throw new ContinuoError("CONFIG_UNREADABLE", `${current.path} is gone; the settings that run stay as they are.`, { fields: { file: current.path } });
  }
  const changes = next.sourceHash === current.sourceHash ? [] : diffConfig(current.config, next.config);
  if (changes.length === 0) return { next, changed: null };
  const changedPaths = changes.map(({ path }) => path);
  return { next, changed: { config: next.config, previous: current.config, changedPaths, changes, warnings: next.warnings } };
}

/** Reads until the watched directories are those of what was read; an error is what came of it, too. */
async function readFollowed(current: LoadedConfig, env: Environment, follow: (files: readonly string[]) => Promise<boolean>): Promise<ReadAgain | ContinuoError> {
  for (let round = 1; ; round++) {
    const seen: string[] = [current.path];
    const found = await readAgain(current, env, (path) => seen.push(path)).catch(toContinuoError);
    // Also after an error: the mistake may be in a file that was included just now.
    const moved = await follow([...new Set(seen)]);
    if (!moved || round === MOST_ROUNDS) return found;
  }
}

/**
 * Follows the file and its includes. A change that can be used is handed to `onChange` with what is different;
 * one that cannot, or that `onChange` throws at, goes to `onError` once, and the old settings stay. A removed file
 * changes nothing.
 */
export async function watchConfig(options: WatchOptions): Promise<ConfigWatcher> {
  const { env, onChange, onError, debounceMs = DEBOUNCE_MS } = options;
  let current = options.current;
  let lastError = "";
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let running: Promise<void> = Promise.resolve();

  const report = (error: ContinuoError): void => {
    if (closed || error.message === lastError) return;
    lastError = error.message;
    onError(error);
  };
  const touched = (): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void reload(), debounceMs);
  };
  const follower = createFollower(touched, (cause) =>
    report(new ContinuoError("CONFIG_UNREADABLE", `${current.path} cannot be watched; changes take effect at the next start.`, { cause, fields: { file: current.path } })),
  );
  const once = async (): Promise<void> => {
    if (closed) return;
    const found = await readFollowed(current, env, follower.follow);
    if (closed) return;
    try {
      if (found instanceof ContinuoError) throw found;
      // It may still refuse what the schema lets pass: then the old settings stay the ones to compare with.
      if (found.changed !== null) onChange(found.changed);
      current = found.next;
      lastError = "";
    } catch (error) {
      report(toContinuoError(error));
    }
  };
  const reload = (): Promise<void> => (running = running.then(once));

  await follower.follow(current.files);
  // What was saved between reading the file and watching it.
  await reload();
  return {
    reload,
    close: () => {
      closed = true;
      clearTimeout(timer);
      follower.close();
    },
  };
}
