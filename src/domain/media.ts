import type { Attachment, MediaKind } from "./message.ts";

export const MEDIA_KINDS = ["image", "audio", "video", "file"] as const satisfies readonly MediaKind[];

export function isRef(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

export function kindOfType(type: string): MediaKind {
  const [main] = type.toLowerCase().split("/", 1);
  return main === "image" || main === "audio" || main === "video" ? main : "file";
}

const KB = 1_024;
const MB = KB * KB;

export function sizeText(bytes: number): string {
  if (bytes < KB) return `${bytes} B`;
  return bytes < MB ? `${Math.round(bytes / KB)} KB` : `${Number((bytes / MB).toFixed(bytes < 10 * MB ? 1 : 0))} MB`;
}

const LONGEST_NAME = 100;

/** A name as it may stand in a line or a header: one line, no brackets, no path. */
export function plainName(name: string, fallback: string): string {
  const last = name.normalize("NFC").split(/[/\\]/).at(-1) ?? "";
  const plain = last.replace(/[\p{C}\p{Zl}\p{Zp}[\]"<>]+/gu, " ").replace(/\s+/gu, " ").trim();
  return plain === "" ? fallback : Array.from(plain).slice(0, LONGEST_NAME).join("");
}

/** Stands for it where it is not shown: `[image: cat.jpg, 120 KB]`. */
export function attachmentLine({ kind, name, size }: Pick<Attachment, "kind" | "name" | "size">): string {
  return `[${kind}: ${name}, ${sizeText(size)}]`;
}

/** Stands where one would that was not kept: `[image: too large, 48 MB]`. */
export function missingLine(kind: MediaKind, why: string): string {
  return `[${kind}: ${why}]`;
}

/** What a message says that brings files and no words: `[image]`, `[3 files]`. */
export function wordlessText(kinds: readonly MediaKind[]): string {
  const [first, ...others] = kinds;
  if (first === undefined) return "";
  if (others.length === 0) return `[${first}]`;
  return `[${kinds.length} ${others.every((kind) => kind === first) && first !== "audio" ? `${first}s` : "files"}]`;
}

/** Words that only say that files came: they are left out where the files themselves stand. */
export function isWordless(text: string): boolean {
  return /^\[[a-z0-9 ]{1,24}\]$/.test(text);
}

/** What somebody said, and a line for each file that came with it, for whoever is not shown the files. */
export function wordsWithFiles(text: string, files: readonly Pick<Attachment, "kind" | "name" | "size">[]): string {
  const words = files.length > 0 && (text === "" || isWordless(text)) ? [] : [text];
  return [...words, ...files.map(attachmentLine)].join("\n");
}

/** A file of a message as clients and exports name it (docs/protocol.md). */
export function wireAttachment({ kind, name, type, size, ref }: Attachment) {
  return { type: kind, mimeType: type, fileName: name, sizeBytes: size, ref };
}
