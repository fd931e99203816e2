import { plainName } from "../domain/media.ts";
import { unpackEntries } from "../sessions/maintenance/pack.ts";
import type { AnyRow } from "../store/erase/table-rows.ts";
import { everyTable } from "../store/erase/table-rows.ts";
import { pageEvents } from "../store/statements/page-events.ts";
import type { Executor, Store } from "../store/store.ts";
import { collect, theirsIn, type Hit, type Hits } from "./collect.ts";
import { lineWithoutThem } from "./ledger.ts";
import { sentWithEntry, sentWithItem, type Sent } from "./files.ts";
import { page, type Message, type Page } from "./page.ts";
import { createCounting } from "./removed.ts";
import { isSummary, isTheirs, RULES_BY_TABLE, type Traces } from "./rules.ts";
import { recognise, type Subject } from "./subject.ts";
import { survey, tableOf, type AllTables } from "./survey.ts";
import { entriesOf } from "./walk.ts";

/** Where an export is written, in the order in which it is made. */
export interface ExportSink {
  json(text: string): Promise<void>;
  html(text: string): Promise<void>;
  /** What they sent, in the folder beside. False: its bytes are not kept any more. */
  file(name: string, ref: string): Promise<boolean>;
}

export interface Exported {
  readonly conversations: number;
  readonly messages: number;
  readonly rows: number;
  /** Files that they sent. */
  readonly sent: number;
}

/** Tables whose rows are told as they are, beside the conversations. */
const RECORDS: readonly string[] = ["people", "identities", "peer_aliases", "approvals", "pairings", "agreements", "participants", "usage_days", "read_marks", "drops", "overheard", "inbox", "outbox"];

function messageOf(row: AnyRow): Omit<Message, "files"> {
  return { at: Number(row["at"]), who: String(row["sender_name"] ?? row["sender_id"]), role: String(row["role"]), text: String(row["text"]) };
}

interface Writing {
  readonly store: Store;
  readonly tables: AllTables;
  readonly traces: Traces;
  readonly sink: ExportSink;
  readonly page: Page;
  /** The names under which files lie in the folder beside, by their hash; null where the bytes are not kept any more. */
  readonly sent: Map<string, string | null>;
  messages: number;
  conversations: number;
}

/** In characters of up to four bytes; the end of a name tells what it is. */
const LONGEST_NAME = 50;

/** Where in the export the files lie that came with something of theirs: each once, however often they sent it. */
async function copiesOf({ sent, sink }: Writing, files: Sent): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, ref } of files) {
    if (!sent.has(ref)) {
      const unique = `${String(sent.size + 1).padStart(4, "0")}-${Array.from(plainName(name, "file")).slice(-LONGEST_NAME).join("")}`;
      sent.set(ref, (await sink.file(unique, ref)) ? `media/${unique}` : null);
    }
    const path = sent.get(ref);
    if (typeof path === "string") paths.push(path);
  }
  return paths;
}

async function writeConversation(writing: Writing, title: string, key: string, sessionId: string, rows: AsyncIterable<readonly AnyRow[]>): Promise<void> {
  const { sink } = writing;
  let written = 0;
  for await (const page of rows) {
    for (const row of page) {
      if (written === 0) {
        await sink.json(`${writing.conversations === 0 ? "" : ","}\n    ${JSON.stringify({ session: key, conversation: sessionId }).slice(0, -1)},"messages":[`);
        await sink.html(writing.page.conversation(title));
      }
      const files = isTheirs(row, writing.traces) || writing.traces.isName(row["person"]) ? await copiesOf(writing, sentWithEntry(row)) : [];
      await sink.json(`${written++ === 0 ? "" : ","}\n      ${JSON.stringify(files.length === 0 ? row : { ...row, files })}`);
      await sink.html(writing.page.message({ ...messageOf(row), files }));
    }
  }
  if (written === 0) return;
  await sink.json("\n    ]}");
  await sink.html(writing.page.end());
  writing.messages += written;
  writing.conversations++;
}

/** A summary goes with whoever is in it, and tells of the others as well: of a conversation that is shared it is shown to nobody. */
function mayBeTold(row: AnyRow, { own }: Traces): boolean {
  return own.has(String(row["session_key"])) || !isSummary(row);
}

async function* theirEntries({ store, tables, traces }: Writing, sessionId: string, hits: readonly Hit[]): AsyncGenerator<readonly AnyRow[]> {
  const seqs = new Set(hits.map(({ key }) => key["seq"]));
  for await (const rows of entriesOf(store, tableOf(tables, "entries"), sessionId)) yield rows.filter((row) => seqs.has(row["seq"] ?? null) && mayBeTold(row, traces));
}

/** Conversations that were removed and can be restored are kept as well, and so belong to what is told. */
async function writeTrash(writing: Writing, hits: Hits): Promise<void> {
  const parts = tableOf(writing.tables, "trash_parts");
  for (const { key, session } of hits.trash) {
    for (let after: AnyRow = { trash_id: key["id"] ?? null, number: -1 }; ; ) {
      const [part] = await parts.page(writing.store, after, 1);
      if (part === undefined || part["trash_id"] !== key["id"]) break;
      after = part;
      if (part["kind"] !== "entries") continue;
      const entries = unpackEntries(String(part["content"]));
      const theirs = theirsIn(entries, writing.traces);
      const rows = entries.filter((_, index) => theirs[index]).map((entry): AnyRow => ({ ...entry })).filter((row) => mayBeTold(row, writing.traces));
      await writeConversation(writing, `${session ?? ""} (removed)`, session ?? "", String(part["session_id"]), once(rows));
    }
  }
}

async function* once(rows: readonly AnyRow[]): AsyncGenerator<readonly AnyRow[]> {
  yield rows;
}

async function writeRecords(writing: Writing, hits: Hits): Promise<number> {
  const { sink, store, tables } = writing;
  let count = 0;
  for (const [index, name] of RECORDS.entries()) {
    const rows: AnyRow[] = [];
    for (const hit of hits.rows.get(name) ?? []) {
      const row = await tableOf(tables, name).find(store, hit.key);
      if (row !== undefined) rows.push(row);
    }
    count += rows.length;
    if (name === "inbox") for (const row of rows) if (isTheirs(row, writing.traces)) await copiesOf(writing, sentWithItem(row));
    await sink.json(`${index === 0 ? "" : ","}\n    ${JSON.stringify(name)}: ${JSON.stringify(rows)}`);
    if (rows.length > 0) await sink.html(writing.page.records(RULES_BY_TABLE.get(name)?.kind ?? name, rows));
  }
  return count;
}

async function writeLedger({ store, traces, sink, page: html }: Writing): Promise<number> {
  let count = 0;
  const lines: AnyRow[] = [];
  for (let after = -1; ; ) {
    const rows = await store.all(pageEvents, { after, limit: 200 });
    const last = rows.at(-1);
    if (last === undefined) break;
    for (const row of rows.filter((one) => lineWithoutThem(one, traces, "") !== null)) {
      await sink.json(`${count++ === 0 ? "" : ","}\n    ${JSON.stringify({ ...row, data: JSON.parse(row.data) as unknown })}`);
      lines.push({ at: row.at, kind: row.kind, data: row.data });
    }
    after = last.seq;
  }
  if (lines.length > 0) await sink.html(html.records("ledger", lines));
  return count;
}

async function titleOf(store: Executor, tables: AllTables, key: string, sessionId: string): Promise<string> {
  const conversation = await tableOf(tables, "conversations").find(store, { session_id: sessionId });
  const name = conversation?.["title"] ?? (await tableOf(tables, "sessions").find(store, { key }))?.["display_name"];
  return name === null || name === undefined ? key : `${String(name)} (${key})`;
}

/**
 * Writes down everything that is kept of somebody: their private conversations whole, of shared ones what they said and
 * what was answered to it, the files that they sent, and the records about them. What others said or sent is theirs, and
 * stays out.
 */
export async function exportPerson(store: Store, subject: Subject, at: number, sink: ExportSink, onProgress: (done: number, total: number) => void = () => undefined): Promise<Exported> {
  const tables = everyTable();
  const traces = await survey(store, tables, recognise(subject, ""));
  const hits = await collect(store, tables, traces, createCounting("", (key) => key), onProgress);
  const writing: Writing = { store, tables, traces, sink, page: page(subject.name ?? subject.accounts.map(({ channel, peer }) => `${channel}:${peer}`).join(", "), at), sent: new Map(), messages: 0, conversations: 0 };
  await sink.json(`{\n  "format": "continuo-export",\n  "at": ${JSON.stringify(new Date(at).toISOString())},\n  "person": ${JSON.stringify({ name: subject.name, accounts: subject.accounts })},\n  "conversations": [`);
  await sink.html(writing.page.begin());
  const byConversation = Map.groupBy(hits.rows.get("entries") ?? [], ({ key }) => String(key["session_id"]));
  for (const [sessionId, some] of byConversation) {
    const key = some[0]?.session ?? "";
    await writeConversation(writing, await titleOf(store, tables, key, sessionId), key, sessionId, theirEntries(writing, sessionId, some));
  }
  await writeTrash(writing, hits);
  await sink.json('\n  ],\n  "records": {');
  const rows = await writeRecords(writing, hits);
  await sink.json('\n  },\n  "ledger": [');
  const lines = await writeLedger(writing);
  await sink.json("\n  ]\n}\n");
  await sink.html(writing.page.close());
  const sent = [...writing.sent.values()].filter((path) => path !== null).length;
  return { conversations: writing.conversations, messages: writing.messages, rows: rows + lines, sent };
}
