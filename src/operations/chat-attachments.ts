import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { kindOfType } from "../domain/media.ts";
import type { OfferedMedia } from "../domain/message.ts";

/** A file as OpenClaw's clients send it along (spec 11.3): its bytes in base64, or as a data URL. */
export const attachmentSchema = z.looseObject({
  type: z.string().max(100).optional(),
  mimeType: z.string().max(200).optional(),
  fileName: z.string().max(1_000).optional(),
  content: z.string().min(1),
});

export type WireAttachment = z.output<typeof attachmentSchema>;

export const MOST_ATTACHMENTS = 100;

const DATA_URL = /^data:([^;,]*)(?:;[^;,]*)*;base64,/;
const MIME_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/;

const GUESSES: Readonly<Record<string, string>> = { image: "image/png", audio: "audio/mpeg", video: "video/mp4" };

/** What a client says of the type: exactly, by its data URL, or by the kind alone. */
function typeOf({ type, mimeType }: WireAttachment, inUrl: string | undefined): string {
  const said = [mimeType, inUrl, type].map((text) => text?.toLowerCase().split(";")[0]?.trim() ?? "");
  return said.find((text) => MIME_TYPE.test(text)) ?? GUESSES[type ?? ""] ?? "application/octet-stream";
}

/** Null for what is no base64: decoding leaves out whatever it does not know, and half of a file would be kept. */
function decoded(content: string): Uint8Array | null {
  const base64 = /\s/.test(content) ? content.replace(/\s+/g, "") : content;
  const length = base64.length - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
  const bytes = Buffer.from(base64, "base64");
  return length > 0 && length % 4 !== 1 && bytes.byteLength === Math.floor((length * 3) / 4) ? bytes : null;
}

function offerOf(attachment: WireAttachment, index: number): OfferedMedia {
  const [head, inUrl] = DATA_URL.exec(attachment.content) ?? [];
  const bytes = decoded(attachment.content.slice(head?.length ?? 0));
  if (bytes === null) throw new ContinuoError("REQUEST_INVALID", `invalid chat.send params: at /attachments/${index}/content: must be base64`);
  const type = typeOf(attachment, inUrl);
  const kind = kindOfType(type);
  return { kind, name: attachment.fileName ?? kind, type, size: bytes.byteLength, load: async () => bytes };
}

export function offersOf(attachments: readonly WireAttachment[]): OfferedMedia[] {
  return attachments.map(offerOf);
}
