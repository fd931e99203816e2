import type { Dock } from "../domain/session.ts";
import type { Executor } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import { setSessionDock } from "../store/statements/set-session-dock.ts";

/** Sends the replies of whoever docks to another of their chats from now on (spec A10). False: there is no such session. */
export async function dock(tx: Executor, key: string, to: Dock): Promise<boolean> {
  return (await tx.run(setSessionDock, { key, dock: JSON.stringify(to) })) > 0;
}

export async function undock(tx: Executor, key: string): Promise<void> {
  await tx.run(setSessionDock, { key, dock: null });
}

export async function readDock(store: Executor, key: string): Promise<Dock | null> {
  const row = await store.get(findSession, { key });
  return !row?.dock ? null : (JSON.parse(row.dock) as Dock);
}
