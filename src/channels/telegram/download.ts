import type { Api } from "grammy";
import { ContinuoError, isContinuoError } from "../../domain/errors.ts";
import type { OfferedMedia } from "../../domain/message.ts";
import { callSignal, type Account, type Wait } from "./client.ts";
import { failureOf } from "./failure.ts";
import type { TelegramFile } from "./files.ts";

export interface DownloadParts {
  readonly account: Account;
  /** Ends with the channel: what is not fetched by then is asked for again. */
  readonly signal: AbortSignal;
  readonly wait: Wait;
  api(): Promise<Api>;
}

const DEFAULT_ROOT = "https://api.telegram.org";
const TRIES = 3;
const FIRST_PAUSE_MS = 500;
/** A platform that asks for more patience than this is not waited for: other chats wait behind it. */
const LONGEST_PAUSE_MS = 20_000;
const CALL_MS = 20_000;
const DOWNLOAD_MS = 90_000;

/** Another try may help, after so long. */
class Again extends Error {
  readonly afterMs: number;
  constructor(words: string, afterMs = 0) {
    super(words);
    this.afterMs = afterMs;
  }
}

function tooLarge(): ContinuoError {
  return new ContinuoError("MEDIA_TOO_LARGE", "The file is larger than what is taken.");
}

/** Neither the library's words nor an address get out of here: both have the token in them. */
function unavailable(words: string): ContinuoError {
  return new ContinuoError("CHANNEL_UNAVAILABLE", `Telegram did not give a file (${words}).`);
}

async function pathOf({ account, signal, api }: DownloadParts, id: string): Promise<string> {
  try {
    const found = await (await api()).getFile(id, callSignal(AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)])));
    // A server on one's own machine may answer with a path there, which is none of ours to read.
    if (found.file_path === undefined || found.file_path.startsWith("/")) throw unavailable("it names no place to fetch it from");
    return found.file_path;
  } catch (error) {
    signal.throwIfAborted();
    if (isContinuoError(error)) throw error;
    const failure = failureOf(error, account.token);
    if (failure.kind === "limited") throw new Again("it asks to wait", failure.retryAfterMs);
    if (failure.kind === "unreachable" || failure.kind === "broken") throw new Again(failure.words);
    if (failure.kind === "refused" && /too big/iu.test(failure.words)) throw tooLarge();
    throw unavailable(failure.kind === "refused" ? failure.words : failure.kind);
  }
}

async function bytesAt({ account, signal }: DownloadParts, path: string, most: number): Promise<Uint8Array> {
  const root = (account.apiRoot ?? DEFAULT_ROOT).replace(/\/+$/u, "");
  const address = `${root}/file/bot${account.token}/${path.split("/").map(encodeURIComponent).join("/")}`;
  try {
    const response = await fetch(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(DOWNLOAD_MS)]), redirect: "error" });
    if (response.status === 429 || response.status >= 500) throw new Again(`status ${response.status}`, Number(response.headers.get("retry-after") ?? 0) * 1_000);
    if (!response.ok || response.body === null) throw unavailable(`status ${response.status}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body) {
      size += part.byteLength;
      // Leaving the loop ends the connection: nothing more of it is taken.
      if (size > most) throw tooLarge();
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    signal.throwIfAborted();
    if (isContinuoError(error) || error instanceof Again) throw error;
    throw new Again("the connection broke");
  }
}

/** Fetches a file in a few tries. Errors: MEDIA_TOO_LARGE, CHANNEL_UNAVAILABLE, the signal's reason. */
async function download(parts: DownloadParts, id: string, most: number): Promise<Uint8Array> {
  for (let tried = 1; ; tried++) {
    try {
      return await bytesAt(parts, await pathOf(parts, id), most);
    } catch (error) {
      if (!(error instanceof Again)) throw error;
      const pause = Math.max(error.afterMs, FIRST_PAUSE_MS * 2 ** tried);
      if (tried === TRIES || pause > LONGEST_PAUSE_MS) throw unavailable(error.message);
      await parts.wait(pause, parts.signal);
      parts.signal.throwIfAborted();
    }
  }
}

/** Files of a message as what may be fetched, once somebody wants them. */
export function offersOf(parts: DownloadParts, files: readonly TelegramFile[]): OfferedMedia[] {
  return files.map(({ id, kind, name, type, size }) => ({ kind, name, type, size, load: (most) => download(parts, id, most) }));
}
