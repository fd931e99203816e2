import type { Executor } from "../../store/store.ts";
import type { KeyAliasRow } from "../../store/tables.ts";
import { deleteKeyAlias } from "../../store/statements/delete-key-alias.ts";
import { findKeyAlias } from "../../store/statements/find-key-alias.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { listKeyAliases } from "../../store/statements/list-key-aliases.ts";
import { listKeyAliasesTo } from "../../store/statements/list-key-aliases-to.ts";
import { putKeyAlias } from "../../store/statements/put-key-alias.ts";
import type { SessionsUndo } from "./undo.ts";
import { PAGE } from "./types.ts";

/** The key that a session has now: the one given where there is such a session, or where it was moved to. */
export async function resolveAlias(store: Executor, key: string): Promise<string> {
  if ((await store.get(findSession, { key })) !== undefined) return key;
  return (await store.get(findKeyAlias, { from_key: key }))?.to_key ?? key;
}

/** These keys are somebody's from now on: what was once called so is not found by them any more. */
export async function dropAliases(tx: Executor, keys: Iterable<string>): Promise<void> {
  for (const key of keys) await tx.run(deleteKeyAlias, { from_key: key });
}

/** All old keys with what they are called now. */
export async function loadAliases(store: Executor): Promise<Map<string, string>> {
  const aliases = new Map<string, string>();
  for (let after = ""; ; ) {
    const rows = await store.all(listKeyAliases, { after, limit: PAGE });
    for (const { from_key, to_key } of rows) aliases.set(from_key, to_key);
    if (rows.length < PAGE) return aliases;
    after = rows.at(-1)?.from_key ?? after;
  }
}

/**
 * Old keys lead to where most of their words went, in one step however often a session was moved; a key that is a
 * session again is no alias.
 */
export async function writeAliases(
  tx: Executor,
  changeId: string,
  left: ReadonlyMap<string, string>,
  there: Iterable<string>,
): Promise<SessionsUndo["aliases"]> {
  const before: KeyAliasRow[] = [];
  for (const from_key of there) {
    const alias = await tx.get(findKeyAlias, { from_key });
    if (alias === undefined) continue;
    before.push(alias);
    await tx.run(deleteKeyAlias, { from_key });
  }
  for (const [from_key, to_key] of left) {
    const older = [...(await tx.all(listKeyAliasesTo, { to_key: from_key })), await tx.get(findKeyAlias, { from_key })].filter((row) => row !== undefined);
    for (const alias of older) {
      if (!before.some((row) => row.from_key === alias.from_key)) before.push(alias);
      if (alias.from_key !== from_key && alias.from_key !== to_key) await tx.run(putKeyAlias, { ...alias, to_key });
    }
    await tx.run(putKeyAlias, { from_key, to_key, change_id: changeId });
  }
  return { before, added: [...left.keys()] };
}

export async function restoreAliases(tx: Executor, { before, added }: SessionsUndo["aliases"]): Promise<void> {
  for (const from_key of added) await tx.run(deleteKeyAlias, { from_key });
  for (const alias of before) await tx.run(putKeyAlias, alias);
}
