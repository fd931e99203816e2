import type { Writable } from "node:stream";
import { pino, type DestinationStream, type Logger, type StreamEntry } from "pino";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError } from "../domain/errors.ts";
import { createRedaction, type Redaction } from "./redact.ts";
import { prepareLogFile } from "./rotate.ts";

export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

export type LogDestination =
  | { readonly kind: "stdout" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "both"; readonly path: string };

/** Where a terminal's lines go; `main` hands over the process's own. */
export type LogScreen = Writable & { readonly isTTY?: boolean };

export interface LogOptions {
  readonly level: LogLevel;
  readonly destination: LogDestination;
  /** Lines for people instead of JSON, on a terminal only; a file always gets JSON. */
  readonly pretty: boolean;
  readonly stdout: LogScreen;
  readonly clock: Clock;
  /** Values that never reach a log, wherever they stand: configured tokens, keys, passwords. */
  readonly secrets: readonly string[];
}

export interface Log extends ChannelLog {
  /** The same log with `fields` on every line. */
  child(fields: object): Log;
  setLevel(level: LogLevel): void;
  setSecrets(secrets: readonly string[]): void;
  /** Writes what is held back at once: for the last words of a process. */
  flushSync(): void;
  close(): Promise<void>;
}

/** Lines that wait for a disk that does not take them: beyond this they are dropped, the gateway goes on. */
const MOST_WAITING_BYTES = 1024 * 1024;

interface Sink {
  readonly stream: DestinationStream;
  flushSync(): void;
  close(): Promise<void>;
}

async function openFile(path: string, complain: (error: Error) => void): Promise<Sink> {
  try {
    await prepareLogFile(path);
  } catch (error) {
    throw new ContinuoError("STATE_UNWRITABLE", `The log file ${path} cannot be written.`, { fields: { path }, cause: error });
  }
  const stream = pino.destination({ dest: path, mode: 0o600, sync: false, maxLength: MOST_WAITING_BYTES });
  await new Promise<void>((resolve, reject) => stream.once("ready", resolve).once("error", reject));
  stream.on("error", complain);
  return {
    stream,
    flushSync: () => stream.flushSync(),
    close: () =>
      new Promise((resolve) => {
        stream.once("close", () => resolve());
        stream.end();
      }),
  };
}

/** `pino-pretty` is loaded only for a terminal: a gateway in the background never pays for it. */
async function openScreen(screen: LogScreen, pretty: boolean): Promise<Sink> {
  const drained = (): Promise<void> => new Promise((resolve) => screen.write("", () => resolve()));
  if (!pretty || screen.isTTY !== true) return { stream: screen, flushSync: () => undefined, close: drained };
  const { prettyFactory } = await import("pino-pretty");
  const format = prettyFactory({ colorize: true, translateTime: "SYS:HH:MM:ss", ignore: "pid,hostname", singleLine: true });
  const stream: DestinationStream = {
    write(line) {
      screen.write(format(line));
    },
  };
  return { stream, flushSync: () => undefined, close: drained };
}

/** Says on the screen, once, that the log file takes no more: silence would look like health. */
function complainOnce(screen: LogScreen, path: string): (error: Error) => void {
  let said = false;
  return (error) => {
    if (said) return;
    said = true;
    screen.write(`warning: the log file ${path} cannot be written: ${error.message}\n`);
  };
}

async function openSinks({ destination, pretty, stdout }: LogOptions): Promise<Sink[]> {
  if (destination.kind === "stdout") return [await openScreen(stdout, pretty)];
  const file = await openFile(destination.path, complainOnce(stdout, destination.path));
  return destination.kind === "file" ? [file] : [file, await openScreen(stdout, pretty)];
}

function streamOf(sinks: readonly Sink[]): DestinationStream {
  const [only] = sinks;
  if (only && sinks.length === 1) return only.stream;
  // The least level of each entry: the logger itself decides, also after setLevel.
  return pino.multistream(sinks.map(({ stream }): StreamEntry => ({ level: "trace", stream })));
}

/** One pino logger serves all children, so that a change of level reaches every one of them. */
function wrap(logger: Logger, redaction: Redaction, always: object, own: Pick<Log, "setLevel" | "flushSync" | "close">): Log {
  const write = (level: "debug" | "info" | "warn" | "error") => (fields: object, message: string) => {
    if (!logger.isLevelEnabled(level)) return;
    const safe = fields instanceof Error ? { err: fields } : fields;
    logger[level]({ ...always, ...redaction.fields(safe) }, redaction.text(message));
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => wrap(logger, redaction, { ...always, ...redaction.fields(fields) }, own),
    setSecrets: (secrets) => redaction.setSecrets(secrets),
    ...own,
  };
}

/**
 * The one logger. Every line passes the redaction, whoever writes it; nothing runs in a worker thread.
 * Errors: STATE_UNWRITABLE when the log file cannot be opened. Later write errors never reach the caller.
 */
export async function createLog(options: LogOptions): Promise<Log> {
  const redaction = createRedaction(options.secrets);
  const sinks = await openSinks(options);
  const settings = { level: options.level, base: null, timestamp: () => `,"time":${options.clock.now()}` };
  const logger = pino(settings, streamOf(sinks));
  return wrap(logger, redaction, {}, {
    setLevel: (level) => {
      logger.level = level;
    },
    flushSync: () => sinks.forEach((sink) => sink.flushSync()),
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  });
}
