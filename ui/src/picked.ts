import type { Attachment } from "./wire.ts";

/** A file that was chosen and not sent yet; `url` shows it here. */
export interface Picked {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly url: string;
  readonly file: File;
}

export function kindOf(type: string): "image" | "audio" | "video" | "file" {
  const [main] = type.split("/", 1);
  return main === "image" || main === "audio" || main === "video" ? main : "file";
}

/** What a message says that brings files and no words; the gateway leaves it out where the files stand. */
export function wordless(files: readonly Pick<Picked, "type">[]): string {
  const [first] = files;
  if (first === undefined) return "";
  return files.length === 1 ? `[${kindOf(first.type)}]` : `[${files.length} files]`;
}

export function isWordless(text: string): boolean {
  return /^\[[a-z0-9 ]{1,24}\]$/.test(text);
}

/** What is shown of a message's files: those of the transcript, or those that are on their way. */
export type ShownFile = Attachment & { readonly url?: string };

export function shownFiles(files: readonly Picked[]): ShownFile[] {
  return files.map(({ id, name, type, size, url }) => ({ type: kindOf(type), mimeType: type, fileName: name, sizeBytes: size, ref: id, url }));
}
