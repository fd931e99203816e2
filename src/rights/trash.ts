import { ASIDES, packEntries, unpackEntries } from "../sessions/maintenance/pack.ts";
import { keptConversation } from "../store/kept-rows.ts";
import type { AnyRow } from "../store/erase/table-rows.ts";
import type { Executor } from "../store/store.ts";
import type { ConversationRow } from "../store/tables.ts";
import { theirsIn, type Hit } from "./collect.ts";
import { forgetFile, refsOf, sentWithEntry } from "./files.ts";
import { inStep, type Pen } from "./remove.ts";
import type { Counting } from "./removed.ts";
import { RULES_BY_TABLE } from "./rules.ts";
import { tableOf } from "./survey.ts";

const KIND = "messages in the trash";

/** The entries that stay, in the row that they are packed into; the row goes when none do. */
async function thinPart(pen: Pen, tx: Executor, counting: Counting, key: AnyRow, keptRefs: ReadonlySet<string>): Promise<void> {
  const parts = tableOf(pen.tables, "trash_parts");
  const part = await parts.find(tx, key);
  if (part === undefined) return;
  const entries = unpackEntries(String(part["content"]));
  const theirs = theirsIn(entries, pen.traces);
  if (!theirs.includes(true)) return;
  for (const [index, entry] of entries.entries()) if (theirs[index]) counting.add(KIND, entry.session_key, entry.text);
  const kept = entries.filter((_, index) => !theirs[index]);
  if (kept.length === 0) await parts.remove(tx, part);
  else await parts.set(tx, { ...part, content: packEntries(kept) }, "content");
  for (const [index, { id }] of entries.entries()) if (theirs[index]) await tableOf(pen.tables, "asides").remove(tx, { entry_id: id });
  const gone = new Set(entries.flatMap((entry, index) => (theirs[index] ? refsOf(sentWithEntry(entry)) : [])));
  for (const ref of gone.difference(keptRefs)) await letGo(pen, tx, counting, { kind: "trash", id: key["trash_id"] ?? null, hash: ref }, entries[0]?.session_key);
}

async function letGo({ tables, now }: Pen, tx: Executor, counting: Counting, use: AnyRow, session: unknown): Promise<void> {
  if ((await tableOf(tables, "media_uses").remove(tx, use)) === 0) return;
  counting.add(RULES_BY_TABLE.get("media_uses")?.kind ?? "", session, null);
  await forgetFile(tx, counting, String(use["hash"]), now());
}

/** What entries that stay in the trash hold. */
function keptIn(rows: readonly AnyRow[], pen: Pen): string[] {
  return rows.flatMap((part) => {
    const entries = part["kind"] === "entries" ? unpackEntries(String(part["content"])) : [];
    const theirs = theirsIn(entries, pen.traces);
    return entries.flatMap((entry, index) => (theirs[index] ? [] : refsOf(sentWithEntry(entry))));
  });
}

/** What a conversation is shown by may be their words. */
async function blankConversation(pen: Pen, tx: Executor, key: AnyRow): Promise<void> {
  const parts = tableOf(pen.tables, "trash_parts");
  const part = await parts.find(tx, key);
  if (part === undefined) return;
  const row = keptConversation(JSON.parse(String(part["content"])) as ConversationRow);
  await parts.set(tx, { ...part, content: JSON.stringify({ ...row, preview: null, title: null }) }, "content");
}

/** Of a session that they shared: its row stops naming them. */
async function renameRow(pen: Pen, tx: Executor, key: AnyRow): Promise<void> {
  const trash = tableOf(pen.tables, "trash");
  const row = await trash.find(tx, key);
  if (row === undefined) return;
  const session = JSON.parse(String(row["session"])) as AnyRow;
  const verdict = RULES_BY_TABLE.get("sessions")?.judge(session, pen.traces);
  if (typeof verdict === "object") await trash.set(tx, { ...row, session: JSON.stringify(verdict) }, "session");
}

/** What somebody said in sessions that were removed and can be restored. The last parts first: answers stand behind their questions. */
export async function removeFromTrash(pen: Pen, hits: readonly Hit[], onDone: (count: number) => void): Promise<void> {
  const parts = tableOf(pen.tables, "trash_parts");
  for (const { key, session } of hits) {
    const all: AnyRow[] = [];
    const keptRefs = new Set<string>();
    for await (const page of pagesOf(pen, key["id"])) {
      for (const ref of keptIn(page, pen)) keptRefs.add(ref);
      all.push(...page.map(({ trash_id, number, kind }) => ({ trash_id: trash_id ?? null, number: number ?? null, kind: kind ?? null })));
    }
    const isOwn = pen.traces.own.has(session ?? "");
    for (const part of all.filter(({ kind }) => kind === "entries").toReversed()) await inStep(pen, session, (tx, counting) => thinPart(pen, tx, counting, part, keptRefs));
    await inStep(pen, session, async (tx, counting) => {
      for (const part of all.filter(({ kind }) => kind !== "entries")) await (isOwn ? parts.remove(tx, part) : part["kind"] !== ASIDES && blankConversation(pen, tx, part));
      if (!isOwn) await renameRow(pen, tx, key);
      else if ((await tableOf(pen.tables, "trash").remove(tx, key)) > 0) counting.add("removed conversations", session, null);
    });
    onDone(1);
  }
}

/** The parts of one session, a few at a time: each may be a megabyte. */
async function* pagesOf({ store, tables }: Pen, trashId: unknown): AsyncGenerator<readonly AnyRow[]> {
  const table = tableOf(tables, "trash_parts");
  for (let after: AnyRow = { trash_id: String(trashId), number: -1 }; ; ) {
    const rows = (await table.page(store, after, 5)).filter((row) => row["trash_id"] === trashId);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last;
  }
}
