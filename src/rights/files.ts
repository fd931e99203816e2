import type { Attachment } from "../domain/message.ts";
import { forgetUnheld } from "../media/let-go.ts";
import type { AnyRow } from "../store/erase/table-rows.ts";
import { countMediaHolders } from "../store/statements/count-media-holders.ts";
import { pageUnheldMedia } from "../store/statements/page-unheld-media.ts";
import type { Executor, Store } from "../store/store.ts";
import type { Counting } from "./removed.ts";

export type Sent = readonly Pick<Attachment, "name" | "ref">[];

/** What came with an entry. */
export function sentWithEntry({ meta }: { readonly meta?: string | number | null }): Sent {
  return typeof meta === "string" ? ((JSON.parse(meta) as { attachments?: Sent }).attachments ?? []) : [];
}

/** What came with an accepted message. */
export function sentWithItem({ message }: AnyRow): Sent {
  return (JSON.parse(String(message)) as { message?: { attachments?: Sent } }).message?.attachments ?? [];
}

export function refsOf(sent: Sent): string[] {
  return [...new Set(sent.map(({ ref }) => ref))];
}

/** By what something holds files: rows that go with it. */
export function usesOf(kind: "entry" | "item", id: string | number | null | undefined, sent: Sent): { readonly table: string; readonly row: AnyRow }[] {
  return refsOf(sent).map((ref) => ({ table: "media_uses", row: { kind, id: id ?? null, hash: ref } }));
}

export const FILES = "files";

/** A file goes with its last use; its bytes follow at the end, in every place where they may lie. */
export async function forgetFile(tx: Executor, counting: Counting, ref: string, at: number): Promise<void> {
  if (!(await forgetUnheld(tx, ref))) return;
  counting.add(FILES, null, null);
  counting.file(ref, at);
}

/** Uses that would go, by file, and what goes with the last of them. */
export class FreedUses {
  readonly #uses = new Map<string, number>();

  add(ref: unknown): void {
    const name = String(ref);
    this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
  }

  async countFiles(store: Executor, counting: Counting): Promise<void> {
    for (const [hash, freed] of this.#uses) {
      const count = Number((await store.get(countMediaHolders, { hash }))?.count ?? 0);
      if (count > 0 && count <= freed) counting.add(FILES, null, null);
    }
  }
}

const PAGE = 100;
/** What was sent so lately may be on its way into a message. */
const ON_ITS_WAY_MS = 15 * 60_000;

/**
 * Files of conversations that are gone, which the sweep has not come to: nobody can say whose they were, and they were not to
 * be kept anyway. Their bytes go at once.
 */
export async function discardUnheld(store: Store, now: () => number, discard: (refs: readonly string[], at: number) => Promise<void>): Promise<void> {
  for (let after = ""; ; ) {
    const page = await store.all(pageUnheldMedia, { after, before: now() - ON_ITS_WAY_MS, limit: PAGE });
    for (const { hash } of page) {
      const at = now();
      if (await store.transaction((tx) => forgetUnheld(tx, hash))) await discard([hash], at);
      after = hash;
    }
    if (page.length < PAGE) return;
  }
}
