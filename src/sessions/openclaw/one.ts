import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Session } from "../../domain/session.ts";
import { ContinuoError } from "../../domain/errors.ts";
import { wordsWithFiles } from "../../domain/media.ts";
import type { Attachment } from "../../domain/message.ts";
import type { Store } from "../../store/store.ts";
import type { ConversationRow, EntryRow } from "../../store/tables.ts";
import { toEntry } from "../../store/rows.ts";
import { listEntryPlaces } from "../../store/statements/list-entry-places.ts";
import { pageAllEntries } from "../../store/statements/page-all-entries.ts";
import { lineWriter } from "./export-lines.ts";
import { exportedRow } from "./export-row.ts";
import { asFields, parseJson, textIn, type Fields } from "./fields.ts";
import type { FoundAgent, FoundLine } from "./found.ts";
import { linesOfFile } from "./lines-of-file.ts";

export const FORMATS = ["jsonl", "json", "md", "html"] as const;
export type Format = (typeof FORMATS)[number];

const PAGE = 200;
/** More than this is no answer but a file: `export openclaw` writes it a page at a time. */
const MOST_CHARS = 64 * 1024 * 1024;

interface Read {
  readonly entries: readonly EntryRow[];
  readonly asides: ReadonlySet<string>;
}

async function readAll(store: Store, sessionId: string): Promise<Read> {
  const entries: EntryRow[] = [];
  const asides = new Set<string>();
  let chars = 0;
  for (let after = 0; ; ) {
    const page = await store.all(pageAllEntries, { session_id: sessionId, after, limit: PAGE });
    for (const { id, aside } of await store.all(listEntryPlaces, { session_id: sessionId, after, limit: PAGE })) if (aside !== null) asides.add(id);
    entries.push(...page);
    chars += page.reduce((sum, { text, meta }) => sum + text.length + (meta?.length ?? 0), 0);
    if (chars > MOST_CHARS) throw new ContinuoError("MESSAGE_TOO_LARGE", `The conversation ${sessionId} is longer than one answer may be.`, { fields: { cure: "Write all sessions into files with `continuo export openclaw --to DIR`." } });
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return { entries, asides };
    after = last.seq;
  }
}

function linesOf(session: Session, conversation: ConversationRow, { entries, asides }: Read): string[] {
  const writer = lineWriter(conversation, (id) => asides.has(id));
  const header = { ...(JSON.parse(writer.header()) as Fields), continuo: exportedRow({ ...session, sessionId: conversation.session_id }, []) };
  const leaf = (): string[] => {
    const line = writer.leaf();
    return line === null ? [] : [line];
  };
  const lines = entries.map((entry) => writer.line(entry));
  return [`${JSON.stringify(header)}\n`, ...lines, ...leaf()];
}

const WHO: Readonly<Record<string, string>> = { user: "You", assistant: "Agent", toolResult: "Tool", system: "Notice" };

function nameOf({ role, sender_name: name }: EntryRow): string {
  return role === "user" ? (name ?? WHO[role] ?? role) : (WHO[role] ?? role);
}

function titleOf(session: Session, { title, preview }: ConversationRow): string {
  return title ?? session.label ?? session.displayName ?? preview ?? session.key;
}

interface Shown {
  readonly row: EntryRow;
  readonly files: readonly Attachment[];
}

function shownOf({ entries, asides }: Read): readonly Shown[] {
  const shown = entries.filter(({ id }) => !asides.has(id)).map((row) => ({ row, files: toEntry(row).attachments ?? [] }));
  return shown.filter(({ row, files }) => row.text !== "" || files.length > 0);
}

function markdownOf(session: Session, conversation: ConversationRow, read: Read): string {
  const said = shownOf(read).map(({ row, files }) => `**${nameOf(row)}** · ${new Date(row.at).toISOString()}\n\n${wordsWithFiles(row.text, files)}\n`);
  return [`# ${titleOf(session, conversation)}\n`, `${session.key} · ${conversation.session_id}\n`, ...said].join("\n");
}

const SIGNS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => SIGNS[sign] ?? sign);

const STYLE = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,sans-serif}article{margin:1.2rem 0;padding:.6rem 1rem;border-left:3px solid #8884}.user{border-color:#36c}pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}time{opacity:.6;font-size:.85em}";

/** A page that loads nothing; what was said is text in it, never markup. */
function pageOf(session: Session, conversation: ConversationRow, read: Read): string {
  const said = shownOf(read).map(({ row, files }) => `<article class="${row.role}"><strong>${escaped(nameOf(row))}</strong> <time>${new Date(row.at).toISOString()}</time><pre>${escaped(wordsWithFiles(row.text, files))}</pre></article>`);
  const title = escaped(titleOf(session, conversation));
  return `<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style>\n<h1>${title}</h1><p>${escaped(session.key)} · ${conversation.session_id}</p>\n${said.join("\n")}\n</html>\n`;
}

/** One conversation as a text: `jsonl` and `json` hold all of it and can be imported again, `md` and `html` are for reading. Errors: MESSAGE_TOO_LARGE. */
export async function exportOne(store: Store, session: Session, conversation: ConversationRow, format: Format): Promise<{ readonly text: string; readonly entries: number }> {
  const read = await readAll(store, conversation.session_id);
  const entries = read.entries.length;
  if (format === "md") return { text: markdownOf(session, conversation, read), entries };
  if (format === "html") return { text: pageOf(session, conversation, read), entries };
  const lines = linesOf(session, conversation, read);
  if (format === "jsonl") return { text: lines.join(""), entries };
  return { text: `${JSON.stringify({ format: "continuo-session", version: 1, lines: lines.map((line) => JSON.parse(line) as object) }, null, 2)}\n`, entries };
}

/** The lines of a file in either form; null: it is not one JSON document. */
async function linesOfDocument(path: string): Promise<readonly unknown[] | null> {
  if (!path.endsWith(".json")) return null;
  try {
    const read = asFields(parseJson(await readFile(path, "utf8")));
    return Array.isArray(read?.["lines"]) ? read["lines"] : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function* numbered(lines: readonly unknown[]): AsyncGenerator<FoundLine> {
  for (const [index, line] of lines.entries()) yield { number: index + 1, text: JSON.stringify(line) };
}

async function headerOf(lines: AsyncIterable<FoundLine>): Promise<Fields> {
  for await (const { text } of lines) {
    try {
      return asFields(JSON.parse(text ?? "")) ?? {};
    } catch {
      return {}; // the reading of the transcript tells it by its line
    }
  }
  return {};
}

/** One conversation in a file, as if it were all that an installation has. `key`: where it is to stand; null: where it stood. */
export async function findOne(path: string, key: string | null, defaultAgentId: string): Promise<FoundAgent> {
  const document = await linesOfDocument(path);
  const lines = (): AsyncIterable<FoundLine> => (document === null ? linesOfFile(path) : numbered(document));
  const header = await headerOf(lines());
  const row = asFields(header["continuo"]) ?? {};
  const stem = basename(path).replace(/\.json.*$/, "").replace(/[^A-Za-z0-9._-]/g, "-");
  const sessionId = (header["type"] === "session" ? textIn(header, "id") : null) ?? stem;
  const own = asFields(row["continuo"]);
  const wanted = key ?? (own === null ? null : textIn(own, "key")) ?? `agent:${defaultAgentId}:explicit:${sessionId}`;
  const at = basename(path);
  const entry = { ...row, sessionId, uuid: undefined, sessionFile: undefined, ...(own === null ? {} : { continuo: { ...own, key: wanted } }) };
  return { agentId: defaultAgentId, rows: [{ agentId: defaultAgentId, key: wanted, entry, at }], transcripts: [{ agentId: defaultAgentId, sessionId, key: null, at, putAway: null, leaf: null, lines }] };
}
