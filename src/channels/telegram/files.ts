import { z } from "zod";
import { kindOfType } from "../../domain/media.ts";
import type { MediaKind } from "../../domain/message.ts";

/** A file that came with a message, as the platform announces it. */
export interface TelegramFile {
  readonly id: string;
  readonly kind: MediaKind;
  readonly name: string;
  readonly type: string;
  readonly size: number | null;
}

const fileSchema = z.looseObject({ file_id: z.string().min(1), file_size: z.number().optional(), file_name: z.string().optional(), mime_type: z.string().optional() });
const photoSchema = z.looseObject({ file_id: z.string().min(1), file_size: z.number().optional(), width: z.number(), height: z.number() });
const stickerSchema = fileSchema.extend({ is_animated: z.boolean().optional(), is_video: z.boolean().optional() });

/** What is new to us in one of them must not cost the message: then it comes without its file. */
const file = fileSchema.optional().catch(undefined);
const mediaSchema = z.looseObject({
  photo: z.array(photoSchema).optional().catch(undefined),
  document: file,
  animation: file,
  audio: file,
  voice: file,
  video: file,
  video_note: file,
  sticker: stickerSchema.optional().catch(undefined),
});

type File = z.infer<typeof fileSchema>;

function fileOf(found: File, type: string, name: string): TelegramFile {
  const known = found.mime_type ?? type;
  return { id: found.file_id, kind: kindOfType(known), name: found.file_name ?? name, type: known, size: found.file_size ?? null };
}

/** Each size of a photo is a file of its own: the largest one. */
function photoOf(sizes: readonly z.infer<typeof photoSchema>[]): TelegramFile[] {
  const largest = sizes.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  return largest === undefined ? [] : [{ id: largest.file_id, kind: "image", name: "photo.jpg", type: "image/jpeg", size: largest.file_size ?? null }];
}

function stickerOf(sticker: z.infer<typeof stickerSchema>): TelegramFile {
  if (sticker.is_video === true) return fileOf(sticker, "video/webm", "sticker.webm");
  if (sticker.is_animated === true) return { ...fileOf(sticker, "application/x-tgsticker", "sticker.tgs"), kind: "file" };
  return fileOf(sticker, "image/webp", "sticker.webp");
}

/** The files of a Bot API message. Pure; never throws. */
export function filesOf(message: unknown): readonly TelegramFile[] {
  const { data } = mediaSchema.safeParse(message);
  if (data === undefined) return [];
  const { photo = [], document, animation, audio, voice, video, video_note: note, sticker } = data;
  return [
    ...photoOf(photo),
    // An animation comes a second time, as a document.
    ...(animation ? [fileOf(animation, "video/mp4", "animation.mp4")] : document ? [fileOf(document, "application/octet-stream", "document")] : []),
    ...(audio ? [fileOf(audio, "audio/mpeg", "audio.mp3")] : []),
    ...(voice ? [fileOf(voice, "audio/ogg", "voice.ogg")] : []),
    ...(video ? [fileOf(video, "video/mp4", "video.mp4")] : []),
    ...(note ? [fileOf(note, "video/mp4", "video.mp4")] : []),
    ...(sticker ? [stickerOf(sticker)] : []),
  ];
}
