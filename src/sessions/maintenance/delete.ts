import type { Clock } from "../../domain/clock.ts";
import { ContinuoError } from "../../domain/errors.ts";
import type { Ids } from "../../domain/ids.ts";
import type { Store } from "../../store/store.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { findTrash } from "../../store/statements/find-trash.ts";
import { moveOn, removeSession, type Moved } from "./remove.ts";

interface Deleted {
  readonly entries: number;
  readonly conversations: Moved["conversations"];
}

/**
 * Moves a session into the trash by somebody's wish, a bounded piece at a time. Null: there is none. Errors: SESSION_BUSY
 * while something is under way in it.
 */
export async function deleteSession(store: Store, clock: Clock, ids: Ids, key: string): Promise<Deleted | null> {
  const id = ids.next();
  const first = await store.transaction(async (tx) => {
    const session = await tx.get(findSession, { key });
    if (session === undefined) return null;
    const moved = await removeSession(tx, session, "deleted", id, clock.now());
    if (moved === null) throw new ContinuoError("SESSION_BUSY", `Something is under way in ${key}: an answer, a message that waits for one, or a reply that is not sent.`, { fields: { sessionKey: key } });
    return moved;
  }, key);
  if (first === null) return null;
  const conversations = [...first.conversations];
  for (;;) {
    const state = await store.transaction(async (tx) => {
      const row = await tx.get(findTrash, { id });
      if (row?.state === "moving") conversations.push(...(await moveOn(tx, row)).conversations);
      return row;
    }, key);
    if (state?.state !== "moving") return { entries: state?.entries ?? 0, conversations };
  }
}
