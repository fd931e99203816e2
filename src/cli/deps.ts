import type { Readable, Writable } from "node:stream";
import type { SecurityDeps } from "../audit/security/deps.ts";
import type { Reach } from "../config/reach.ts";
import type { Config } from "../config/schema.ts";
import type { Manifest } from "../store/backup/manifest.ts";
import type { GatewayEvent } from "./gateway-client.ts";
import type { Prompter } from "./prompter.ts";

/** A terminal that a command may fill and read keys from. */
export interface LiveScreen {
  size(): { readonly columns: number; readonly rows: number };
  onResize(handler: () => void): () => void;
  /** Keys as the terminal sends them, not shown, until the returned function is called; being told to end is a `q`. */
  onKey(handler: (key: string) => void): () => void;
}

/** Where a command reads and writes. `main` builds it from the process; tests from streams in memory. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdinIsTTY: boolean;
  readonly stdoutIsTTY: boolean;
  /** Width of stdout in columns; 80 where it has none. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls `handler` on every SIGINT until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
  /** Absent where stdin or stdout is no terminal. */
  readonly screen?: LiveScreen;
}

export interface CliTime {
  /** ms since the Unix epoch. */
  now(): number;
  pause(ms: number): Promise<void>;
}

export interface CliPaths {
  readonly stateDir: string;
  readonly configPath: string;
  /** What a gateway in the background writes. */
  readonly logPath: string;
}

export interface LoadedSettings {
  /** As merged and validated; `gateway.auth.token` is the effective one, wherever it came from. */
  readonly config: Config;
  /** The file is there; without one everything has its default. */
  readonly exists: boolean;
  readonly warnings: readonly string[];
}

/** One setting to write; `value` undefined takes it out. */
export interface SettingEdit {
  readonly path: readonly [string, ...string[]];
  readonly value: unknown;
}

export interface Settings {
  /** As the gateway would read them in this shell. Throws CONFIG_* errors. */
  load(): Promise<LoadedSettings>;
  /** The same, but a variable that is not set in this shell, save for those of `gateway`, stays as it is written. */
  look(): Promise<LoadedSettings>;
  /** Of `look`, where the gateway is and what it asks for: commands that only talk to it load no more. */
  reach(): Promise<Reach>;
  /**
   * Writes settings into the file, which is made when there is none, its comments kept; answers a line for each change and
   * what it takes to have effect. Throws CONFIG_* and STATE_UNWRITABLE; a result that is not valid is not written.
   */
  edit(edits: readonly SettingEdit[]): Promise<readonly string[]>;
  /** The JSON Schema of the configuration file. */
  schema(): Promise<unknown>;
}

export interface RunOptions {
  readonly port: number | null;
  readonly bind: string | null;
  readonly verbose: boolean;
}

/** Who holds the state directory. */
export interface GatewayFile {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** ms since the Unix epoch. */
  readonly startedAt: number;
  readonly version: string;
}

/** The gateway as a process. */
export interface Daemon {
  /** In the foreground; resolves once it has stopped in order. */
  run(options: RunOptions): Promise<void>;
  /** Detached, with stdout and stderr appended to `logPath`; answers its process id. */
  spawn(args: readonly string[], logPath: string): number;
  /** Whoever has the state directory's lock. */
  holder(): GatewayFile | null;
  /** Whoever wrote last that they have it, which a crash leaves behind: where to ask, no proof. */
  announced(): GatewayFile | null;
  isAlive(pid: number): boolean;
  kill(pid: number, signal: "SIGTERM" | "SIGKILL"): void;
}

/** The operations of the wire without a gateway, on the store itself. */
export interface LocalStore {
  /** Opened for reading. */
  read(): Promise<LocalOperations>;
  /**
   * Opened for writing, under the state directory's lock, which `close` gives back. Events that a gateway would send to
   * its clients reach `onEvent`. Throws STATE_LOCKED.
   */
  write(onEvent?: (event: GatewayEvent) => void): Promise<LocalOperations>;
}

export interface LocalOperations {
  call(method: string, params: object): Promise<unknown>;
  close(): Promise<void>;
}

/** How far something is that takes a while. `total` 0: nobody knows yet. */
export interface Progress {
  readonly phase: "snapshot" | "write" | "read" | "restore" | "compare" | "salvage" | "copy" | "follow" | "switch" | "import" | "export" | "mirror" | "look" | "remove" | "ledger" | "check";
  readonly done: number;
  readonly total: number;
}

export interface Watched {
  /** Aborted: what was begun is taken back, and the call rejects with the signal's reason. */
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

export interface MadeBackup {
  readonly path: string;
  readonly bytes: number;
  readonly manifest: Manifest;
  /** Parts of the configuration that lie outside of its directory and were left out. */
  readonly leftOut: readonly string[];
}

export interface Restored {
  readonly stateDir: string;
  readonly configPath: string;
  /** Where the rows are now. */
  readonly engine: "sqlite" | "postgres";
  readonly manifest: Manifest;
  /** What was there before, and where it is now. */
  readonly movedAside: readonly string[];
}

/** Backups of the store; the gateway may run and write while one is made. */
export interface Backups {
  /** `to`: a file, a directory, or null for the usual place. Errors: BACKUP_EXISTS, those of the store. */
  create(to: string | null, watched: Watched): Promise<MadeBackup>;
  /** Reads all of it. Errors: BACKUP_DAMAGED, STORE_NEWER. */
  verify(path: string, watched: Watched): Promise<Manifest>;
  /** `to`: a state directory, null for the usual one. `store`: a PostgreSQL URL or `sqlite`, null for the backup's own engine. Errors: also STATE_LOCKED, STATE_OCCUPIED. */
  restore(path: string, options: { readonly to: string | null; readonly force: boolean; readonly store?: string | null }, watched: Watched): Promise<Restored>;
}

export interface Examined {
  readonly path: string;
  readonly state: "sound" | "indexes" | "pages";
  /** In SQLite's words. */
  readonly problems: readonly string[];
}

export interface Repaired {
  readonly path: string;
  readonly problems: readonly string[];
  readonly did: "reindexed" | "salvaged";
  /** Where the damaged database is now. */
  readonly damagedFile: string | null;
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  /** Row numbers that could not be read; `to` null: all behind. */
  readonly missing: readonly { readonly table: string; readonly from: number; readonly to: number | null }[];
}

/** The embedded database, while no gateway has it. Both throw STATE_LOCKED. */
export interface Repairs {
  examine(): Promise<Examined>;
  repair(watched: Watched): Promise<Repaired>;
}

/** Everything that the command line needs from outside; `main` implements it, lazily where it costs start-up time. */
export interface CliDeps {
  readonly version: string;
  readonly terminal: Terminal;
  readonly time: CliTime;
  readonly ids: { uuid(): string };
  readonly paths: CliPaths;
  readonly settings: Settings;
  readonly daemon: Daemon;
  readonly local: LocalStore;
  readonly security: SecurityDeps;
  readonly backups: Backups;
  readonly repairs: Repairs;
  /** Instead of the terminal's own questions: tests. */
  readonly prompter?: Prompter;
}
