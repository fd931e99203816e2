import { isContinuoError } from "../domain/errors.ts";
import { isWordless, missingLine, plainName, sizeText } from "../domain/media.ts";
import { placeOf, type Attachment, type InboundMessage, type KeepMedia, type MediaKind, type OfferedMedia } from "../domain/message.ts";
import { createOrder } from "../domain/order.ts";
import type { Media } from "./media.ts";

export interface MediaLimits {
  /** Of one file. */
  readonly maxBytes: number;
  readonly perMessage: number;
  readonly kinds: readonly MediaKind[];
}

export interface IntakeParts {
  readonly media: Pick<Media, "put">;
  /** Read anew for each message. */
  limits(channel: string): MediaLimits;
  onFailure(error: unknown, offered: OfferedMedia): void;
}

function tooLarge(size: number | null, maxBytes: number): string {
  return size === null ? `too large, more than ${sizeText(maxBytes)}` : `too large, ${sizeText(size)}`;
}

function refusalOf({ kind }: OfferedMedia, kept: number, { kinds, perMessage }: MediaLimits): string | null {
  if (!kinds.includes(kind)) return "not taken here";
  return kept >= perMessage ? `left out, ${perMessage} are the most in one message` : null;
}

async function bytesOf(parts: IntakeParts, offered: OfferedMedia, { maxBytes }: MediaLimits): Promise<Uint8Array | string> {
  const { size } = offered;
  if (size !== null && size > maxBytes) return tooLarge(size, maxBytes);
  try {
    const bytes = await offered.load(maxBytes);
    return bytes.byteLength > maxBytes ? tooLarge(bytes.byteLength, maxBytes) : bytes;
  } catch (error) {
    if (isContinuoError(error) && error.code === "MEDIA_TOO_LARGE") return tooLarge(size !== null && size > maxBytes ? size : null, maxBytes);
    // Whoever fetches it is being stopped: nothing is said of it, and all of the message is asked for again.
    if (error instanceof Error && error.name === "AbortError") throw error;
    parts.onFailure(error, offered);
    return "could not be fetched";
  }
}

/** One after the other, so that a message holds one file in memory at a time. */
async function keepAll(parts: IntakeParts, channel: string, offered: readonly OfferedMedia[]): Promise<{ readonly attachments: readonly Attachment[]; readonly notes: readonly string[] }> {
  const limits = parts.limits(channel);
  const attachments: Attachment[] = [];
  const notes: string[] = [];
  for (const one of offered) {
    const { kind, type } = one;
    const refused = refusalOf(one, attachments.length, limits);
    const bytes = refused ?? (await bytesOf(parts, one, limits));
    if (typeof bytes === "string") notes.push(missingLine(kind, bytes));
    else attachments.push({ kind, name: plainName(one.name, kind), type, size: bytes.byteLength, ref: await parts.media.put(bytes, type) });
  }
  return { attachments, notes };
}

/**
 * What is not kept leaves a note in its place: the message comes in all the same. A store that keeps nothing at all throws,
 * and the message is asked for again.
 */
export function createIntake(parts: IntakeParts): KeepMedia {
  const order = createOrder();
  const withMedia = async (message: InboundMessage, offered: readonly OfferedMedia[]): Promise<InboundMessage> => {
    if (offered.length === 0) return message;
    const { attachments, notes } = await keepAll(parts, message.address.channel, offered);
    const words = attachments.length === 0 && isWordless(message.text) ? [] : [message.text];
    return { ...message, text: [...words, ...notes].join("\n"), ...(attachments.length === 0 ? {} : { attachments }) };
  };
  return (message, offered) => order.after(placeOf(message), () => withMedia(message, offered));
}
