import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import { createChunks, createFiles, createIntake, createMedia, createMediaUpkeep, type Media, type MediaPlace, type MediaUpkeep } from "../media/index.ts";
import { holdSent } from "../media/uses.ts";
import type { Store } from "../store/store.ts";
import type { LineMedia } from "./line.ts";
import type { SettingsHolder } from "./settings.ts";

/** What was sent with messages, for the line, the clients and the upkeep. */
export interface HouseMedia extends LineMedia {
  readonly media: Media;
  readonly upkeep: MediaUpkeep;
}

export interface HouseMediaParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Pick<Ids, "uuid">;
  readonly log: ChannelLog;
  readonly settings: Pick<SettingsHolder, "current">;
  /** Where files are kept. */
  readonly directory: string;
  /** Told of each file that is read. */
  onRead?(ref: string): void;
}

/** The place that is written to, and the other one, where what was copied or moved may lie. */
function placesOf({ store, clock, ids, settings, directory }: HouseMediaParts): readonly [MediaPlace, MediaPlace] {
  const files = createFiles(directory, { clock, newId: ids.uuid });
  const chunks = createChunks(store, clock);
  // Several gateways on one database do not share a disk.
  const mode = settings.current().config.store.media ?? (store.cluster === null ? "files" : "database");
  return mode === "files" ? [files, chunks] : [chunks, files];
}

const MB = 1_048_576;

export function createHouseMedia(parts: HouseMediaParts): HouseMedia {
  const { store, clock, log, settings, onRead } = parts;
  const [place, other] = placesOf(parts);
  const media = createMedia({ store, clock, place, other, ...(onRead === undefined ? {} : { onRead }) });
  const config = () => settings.current().config;
  return {
    media,
    upkeep: createMediaUpkeep({ store, clock, log, places: [place, other] }),
    keepMedia: createIntake({
      media,
      limits(channel) {
        const { maxBytes, ...limits } = config().messages.media;
        return { ...limits, maxBytes: Math.min(maxBytes, (config().channels[channel]?.mediaMaxMb ?? Number.POSITIVE_INFINITY) * MB) };
      },
      onFailure: (error, { kind, size }) => log.warn({ err: error, kind, size }, "a file that came with a message could not be fetched; the message says so"),
    }),
    holdMedia: (tx, itemId, attachments) => holdSent(tx, "item", itemId, attachments, clock.now()),
    async discard(refs, at) {
      // What lies there a while longer is found by the sweep: it is known to nobody.
      await media.discard(refs, at).catch((error: unknown) => log.warn({ err: error, files: refs.length }, "files that were taken back could not be removed at once; it is tried again"));
    },
    images: { read: media.read, turns: () => config().messages.media.turns },
  };
}
