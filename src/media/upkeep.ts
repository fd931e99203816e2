import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import { createRounds, type Rounds } from "../domain/rounds.ts";
import type { Store } from "../store/store.ts";
import { deleteMediaUses } from "../store/statements/delete-media-uses.ts";
import { deleteMedia } from "../store/statements/delete-media.ts";
import { findMedia } from "../store/statements/find-media.ts";
import { pageMedia } from "../store/statements/page-media.ts";
import { pageMediaUses } from "../store/statements/page-media-uses.ts";
import { unusedMedia } from "../store/statements/unused-media.ts";
import type { MediaPlace } from "./place.ts";
import type { UserKind } from "./uses.ts";

export interface MediaUpkeepParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: ChannelLog;
  /** Where files are kept, and where they may be as well. */
  readonly places: readonly [MediaPlace, MediaPlace];
}

/** What the last look at everything has found. */
export interface MediaHealth {
  readonly kept: number;
  /** Of those, how many have no bytes any more: what was sent is lost. */
  readonly missing: number;
  /** Bytes that no row knows: of messages that never came in. They go by themselves. */
  readonly strays: number;
  readonly at: number;
}

export interface MediaUpkeep extends Rounds {
  /** One bounded piece of work; true when a pass has come to its end. */
  step(): Promise<boolean>;
  /** Null before the first pass has come to its end. */
  health(): MediaHealth | null;
}

/** What was sent and is used by nothing yet, or no more, is kept for so long: a message on its way names it soon. */
export const GRACE_MS = 24 * 3_600_000;
const PAGE = 100;
const FIRST_MS = 30_000;
const BETWEEN_STEPS_MS = 2_000;
const BETWEEN_PASSES_MS = 6 * 3_600_000;
const KINDS: readonly UserKind[] = ["item", "entry", "trash"];
/** Each step looks into one of the directories of files. */
const FILE_STEPS = 256;

interface Pass {
  readonly kinds: UserKind[];
  after: string;
  unused: boolean;
  counted: boolean;
  kept: number;
  missing: number;
  strays: number;
  fileSteps: number;
}

/** Uses whose user is gone; false when there are no more of this kind. */
async function dropUses({ store }: MediaUpkeepParts, pass: Pass, kind: UserKind): Promise<boolean> {
  const page = await store.all(pageMediaUses, { kind, after: pass.after, limit: PAGE });
  const gone = new Set(page.filter((row) => row[kind] === null).map(({ id }) => id));
  // Apart from every other transaction: what is being restored meanwhile is seen as it is afterwards.
  if (gone.size > 0) {
    await store.transaction(async (tx) => {
      const again = await tx.all(pageMediaUses, { kind, after: pass.after, limit: PAGE });
      for (const row of again) if (row[kind] === null && gone.has(row.id)) await tx.run(deleteMediaUses, { kind, id: row.id });
    });
  }
  pass.after = page.at(-1)?.id ?? "";
  return page.length === PAGE;
}

/** The row goes first: what is cut off behind it leaves bytes that nobody asks for, never a row without them. */
async function dropUnused({ store, places }: MediaUpkeepParts, pass: Pass, before: number): Promise<boolean> {
  const page = await store.all(unusedMedia, { after: pass.after, before, limit: PAGE });
  for (const { hash } of page) {
    const removed = await store.transaction((tx) => tx.run(deleteMedia, { hash, before }));
    if (removed > 0) for (const place of places) await place.remove(hash, before);
  }
  pass.after = page.at(-1)?.hash ?? "";
  return page.length === PAGE;
}

/** How many files one step brings to where they belong, at most. */
const MOST_BROUGHT = 4;

/**
 * Looks for the bytes of each row. What lies in the other place, after a move or a restored backup, is brought to where it is
 * kept now; there it stays as well, since an older database may still want it.
 */
async function lookFor({ store, places: [place, other] }: MediaUpkeepParts, pass: Pass): Promise<boolean> {
  let brought = 0;
  const page = await store.all(pageMedia, { after: pass.after, limit: PAGE });
  for (const { hash, size } of page) {
    if (!(await place.has(hash))) {
      const bytes = (await other.has(hash)) ? await other.read(hash, size) : null;
      if (bytes === null) pass.missing++;
      else await place.write(hash, bytes);
      if (bytes !== null) brought++;
    }
    pass.kept++;
    pass.after = hash;
    if (brought === MOST_BROUGHT) return true;
  }
  return page.length === PAGE;
}

async function stepOf(parts: MediaUpkeepParts, pass: Pass): Promise<boolean> {
  const before = parts.clock.now() - GRACE_MS;
  const [kind] = pass.kinds;
  if (kind !== undefined) {
    if (await dropUses(parts, pass, kind)) return false;
    pass.kinds.shift();
    pass.after = "";
    return false;
  }
  if (!pass.unused) {
    pass.unused = !(await dropUnused(parts, pass, before));
    if (pass.unused) pass.after = "";
    return false;
  }
  if (!pass.counted) {
    pass.counted = !(await lookFor(parts, pass));
    return false;
  }
  const isKnown = async (ref: string): Promise<boolean> => (await parts.store.get(findMedia, { hash: ref })) !== undefined;
  for (const place of parts.places) pass.strays += await place.sweep(before, isKnown);
  return ++pass.fileSteps >= FILE_STEPS;
}

/** Removes what no entry, accepted message or trash uses any more: in small steps beside everything else (law 8). */
export function createMediaUpkeep(parts: MediaUpkeepParts): MediaUpkeep {
  let pass: Pass | null = null;
  let last: MediaHealth | null = null;

  const step = async (): Promise<boolean> => {
    pass ??= { kinds: [...KINDS], after: "", unused: false, counted: false, kept: 0, missing: 0, strays: 0, fileSteps: 0 };
    const isThrough = await stepOf(parts, pass);
    if (!isThrough) return false;
    const { kept, missing, strays } = pass;
    last = { kept, missing, strays, at: parts.clock.now() };
    pass = null;
    if (missing > 0) parts.log.warn({ missing }, "files that were sent with messages are not where they were kept");
    return true;
  };

  const rounds = createRounds({
    firstMs: FIRST_MS,
    step: async () => ((await step()) ? BETWEEN_PASSES_MS : BETWEEN_STEPS_MS),
    onFailure(error) {
      parts.log.warn({ err: error }, "files that nothing uses could not be removed; it is tried again");
      return BETWEEN_STEPS_MS;
    },
  });

  return { ...rounds, step, health: () => last };
}
