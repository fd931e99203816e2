import type { Entry } from "../domain/entry.ts";
import type { Attachment } from "../domain/message.ts";
import type { ContextImage, ContextMessage, ImageLimits } from "./providers/provider.ts";

/** Where images are read from, and of how many turns a model is shown them. */
export interface ImageSource {
  /** Null: it is not kept any more. */
  read(ref: string): Promise<Uint8Array | null>;
  /** The newest turn is the first; 0 shows none. */
  turns(): number;
}

/** The newest turns in which somebody spoke: what a turn has failed at is not asked about again by the next one. */
function newestTurns(entries: readonly Entry[], count: number): ReadonlySet<string> {
  const turns = new Set<string>();
  for (let index = entries.length - 1; index >= 0 && turns.size < count; index--) {
    const { role, turnId } = entries[index] ?? {};
    if (role === "user" && turnId) turns.add(turnId);
  }
  return turns;
}

/** What one request may hold, whatever the vendor: the newest images go before older ones. */
const MOST_IMAGES = 20;
const MOST_BYTES = 14 * 1_048_576;

/** The images that are worth showing, by their message, within what a request may hold. */
function chosen(messages: readonly ContextMessage[], turns: ReadonlySet<string>, limits: ImageLimits): ReadonlyMap<ContextMessage, readonly Attachment[]> {
  const found = new Map<ContextMessage, Attachment[]>();
  let left = MOST_BYTES;
  let count = 0;
  for (const message of messages.toReversed()) {
    if (message.attachments === undefined || !turns.has(message.turnId ?? "")) continue;
    for (const image of message.attachments.toReversed()) {
      if (image.kind !== "image" || !limits.types.includes(image.type) || image.size > Math.min(limits.maxBytes, left) || count === MOST_IMAGES) continue;
      left -= image.size;
      count++;
      found.set(message, [image, ...(found.get(message) ?? [])]);
    }
  }
  return found;
}

/**
 * The messages with the images of the newest turns, as far as the model takes them. Nothing is read for a turn that has
 * none; in the words of its message each has a line, whether it is shown or not.
 */
export async function withImages(entries: readonly Entry[], messages: readonly ContextMessage[], limits: ImageLimits | undefined, source: ImageSource): Promise<readonly ContextMessage[]> {
  if (limits === undefined) return messages;
  const wanted = chosen(messages, newestTurns(entries, source.turns()), limits);
  if (wanted.size === 0) return messages;
  const shown: ContextMessage[] = [];
  for (const message of messages) {
    const images: ContextImage[] = [];
    for (const { ref, type, name } of wanted.get(message) ?? []) {
      const data = await source.read(ref);
      if (data !== null) images.push({ type, name, data });
    }
    shown.push(images.length === 0 ? message : { ...message, images });
  }
  return shown;
}
