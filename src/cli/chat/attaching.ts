import { readFile, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import { kindOfType, MEDIA_KINDS, sizeText, wordsWithFiles } from "../../domain/media.ts";
import { failure } from "../failure.ts";
import type { Row } from "../wire.ts";
import { asRow, messageText, numberOf, rowsOf, textOf } from "../wire.ts";

/** A file as `chat.send` takes it (docs/protocol.md). */
export interface WireFile {
  readonly type: string;
  readonly mimeType: string;
  readonly fileName: string;
  readonly content: string;
}

/** What the ending of a name says; the gateway believes it only as far as showing goes. */
const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".wav": "audio/wav",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".pdf": "application/pdf",
  ".txt": "text/plain",
  ".md": "text/markdown",
  ".json": "application/json",
  ".csv": "text/csv",
};

const FIRST_PAYLOAD = 26_214_400;
/** What stands in a frame around the files. */
const AROUND = 1_048_576;

/** How many bytes of files one message may carry; base64 takes a third more. */
export function mostBytes(hello: Row): number {
  return Math.floor((((numberOf(asRow(hello.policy), "maxPayload") ?? FIRST_PAYLOAD) - AROUND) * 3) / 4);
}

/** The files as a part of what is sent: nothing where there are none. */
export async function attachmentsOf(paths: readonly string[], hello: Row): Promise<{ readonly attachments?: readonly WireFile[] }> {
  return paths.length === 0 ? {} : { attachments: await readFiles(paths, mostBytes(hello)) };
}

/** What a message of the history says, with a line for each of its files. */
export function shownText(message: Row): string {
  const files = rowsOf(message, "attachments").map((file) => {
    const kind = MEDIA_KINDS.find((known) => known === textOf(file, "type")) ?? "file";
    return { kind, name: textOf(file, "fileName") ?? kind, size: numberOf(file, "sizeBytes") ?? 0 };
  });
  return wordsWithFiles(messageText(message), files);
}

/** Reads files to be sent with one message. Throws REQUEST_INVALID for what cannot be read, MESSAGE_TOO_LARGE for too much. */
export async function readFiles(paths: readonly string[], most: number): Promise<WireFile[]> {
  const files: WireFile[] = [];
  let left = most;
  for (const path of paths) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw failure("REQUEST_INVALID", `${path} cannot be read (${error.code ?? "unknown"}).`, "Check the path.");
    });
    if (!found.isFile()) throw failure("REQUEST_INVALID", `${path} is no file.`, "Name a file.");
    left -= found.size;
    if (left < 0) throw failure("MESSAGE_TOO_LARGE", `${path} (${sizeText(found.size)}) is too large: ${sizeText(most)} is the most for the files of one message.`, "Send a smaller file, or several messages.");
    const mimeType = TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
    files.push({ type: kindOfType(mimeType), mimeType, fileName: basename(path), content: (await readFile(path)).toString("base64") });
  }
  return files;
}

/** The path behind `/attach`, as somebody types or drops it into a terminal: quoted, or with its spaces escaped. */
export function pathOf(typed: string): string {
  const text = typed.trim();
  const [, , quoted] = /^(["'])(.*)\1$/.exec(text) ?? [];
  return quoted ?? text.replace(/\\(.)/g, "$1");
}
