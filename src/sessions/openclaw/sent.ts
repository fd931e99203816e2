import { readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { kindOfType, missingLine, plainName, sizeText } from "../../domain/media.ts";
import type { Attachment, MediaKind } from "../../domain/message.ts";
import { refOf } from "../../media/hash.ts";
import type { SentThere } from "./attached.ts";
import { wordsIn } from "./content.ts";
import type { Said } from "./line.ts";

export interface SentParts {
  /** Keeps bytes, as with a message that comes in; null: nothing is written. */
  readonly put: ((bytes: Uint8Array, type: string) => Promise<string>) | null;
  readonly limits: { readonly maxBytes: number; readonly kinds: readonly MediaKind[] };
  /** The source's directory of media; null where there is none. */
  readonly directory: string | null;
}

/** What was sent comes along: as an attachment, or as the reason why not. */
export type KeepSent = (sent: SentThere) => Promise<Attachment | string>;

export interface SentDoor {
  readonly keep: KeepSent;
  /** What was kept for entries that are not written after all: somebody may have taken it back here. */
  letGo(refs: readonly string[]): Promise<void>;
}

/** The file of that name in the source's own directory, wherever that lay then; null where it is not there, or leads out of it. */
async function pathIn(directory: string | null, named: string): Promise<string | null> {
  const below = named.split(/(?:^|[\\/])media[\\/]+/);
  if (directory === null || below.length < 2) return null;
  try {
    const [root, path] = await Promise.all([realpath(directory), realpath(join(directory, below.at(-1) ?? ""))]);
    return path.startsWith(`${root}${sep}`) ? path : null;
  } catch {
    return null; // it is not there any more, which is told
  }
}

async function bytesOf({ limits, directory }: SentParts, { from }: SentThere): Promise<Uint8Array | string> {
  const tooLarge = (size: number): string => `not imported, too large: ${sizeText(size)}`;
  if ("data" in from) {
    const size = Math.floor((from.data.length * 3) / 4);
    if (size > limits.maxBytes + 2) return tooLarge(size);
    const bytes = Buffer.from(from.data, "base64");
    return bytes.byteLength === 0 ? "not imported, nothing that can be read" : bytes;
  }
  const path = await pathIn(directory, from.path);
  const found = path === null ? null : await stat(path).catch(() => null);
  if (path === null || !found?.isFile()) return "not imported, not there any more";
  return found.size > limits.maxBytes ? tooLarge(found.size) : readFile(path).catch(() => "not imported, cannot be read");
}

/** One after the other: one file is in memory at a time. */
export function createKeepSent(parts: SentParts): KeepSent {
  return async (sent) => {
    const { type } = sent;
    const kind = kindOfType(type);
    const bytes = parts.limits.kinds.includes(kind) ? await bytesOf(parts, sent) : "not imported, not taken here";
    if (typeof bytes === "string") return bytes;
    const ref = parts.put === null ? await refOf(bytes) : await parts.put(bytes, type);
    return { kind, name: plainName(sent.name ?? kind, kind), type, size: bytes.byteLength, ref };
  };
}

/** What is told of those that did not come along: in the place of their block, or behind the words. */
interface Lines {
  readonly blocks: Map<number, string>;
  readonly behind: string[];
}

function withLines({ text, kept }: Said, { blocks, behind }: Lines): Pick<Said, "text" | "kept"> {
  const content = kept?.content?.map((block, index) => (blocks.has(index) ? { ...(block as object), notImported: blocks.get(index) } : block));
  if (content === undefined) return { text: [text, ...behind].filter((line) => line !== "").join("\n"), kept };
  const all = [...content, ...behind.map((line) => ({ type: "text", text: line }))];
  return { text: wordsIn(all), kept: { ...kept, content: all } };
}

/** The entry with what came along of what was sent with it. */
export async function settleSent(said: Said, keep: KeepSent): Promise<{ readonly said: Said; readonly missing: number }> {
  if (said.sent.length === 0) return { said, missing: 0 };
  const attachments = new Map<string, Attachment>();
  const lines: Lines = { blocks: new Map(), behind: [] };
  let missing = 0;
  for (const sent of said.sent) {
    const found = await keep(sent);
    if (typeof found !== "string") {
      attachments.set(found.ref, found);
      continue;
    }
    missing++;
    const line = missingLine(kindOfType(sent.type), sent.name === null ? found : `${plainName(sent.name, "file")}, ${found}`);
    if ("block" in sent.from) lines.blocks.set(sent.from.block, line);
    else lines.behind.push(line);
  }
  return { said: { ...said, ...withLines(said, lines), sent: [], attachments: [...attachments.values()] }, missing };
}
