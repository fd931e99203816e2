import { Lexer, type Token, type Tokens } from "marked";
import type { RenderedPart } from "../../domain/channel.ts";
import { escapeHtml, run, splitRuns, type Mark, type Run } from "./split.ts";

/** The platform's limit, in UTF-16 units. */
export const TELEGRAM_LIMIT = 4096;
/** Below this the tags alone could fill a part. */
export const LEAST_LIMIT = 256;

type Marks = readonly Mark[];

const LINK_SCHEMES: readonly string[] = ["http:", "https:", "tg:", "mailto:"];
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** Markdown allows character references in text; what is none stays as it is. */
function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gu, (whole, decimal: string, hex: string, name: string) => {
    if (name) return NAMED[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}

function within(marks: Marks, tag: string): Marks {
  const open = `<${tag}>`;
  return marks.some((mark) => mark.open === open) ? marks : [...marks, { open, close: `</${tag}>` }];
}

/** The platform lets code stand in a quotation, and in nothing else. */
function codeMarks(marks: Marks, open: string, close: string): Marks {
  return [...marks.filter((mark) => mark.open === "<blockquote>"), { open, close }];
}

const isLink = (mark: Mark): boolean => mark.open.startsWith("<a ");

/** Where a token stands: the marks around it, how deep in lists, and the limit of a part. */
interface Place {
  readonly marks: Marks;
  readonly depth: number;
  readonly limit: number;
}

const marked = (place: Place, tag: string): Place => ({ ...place, marks: within(place.marks, tag) });
const bare = (runs: readonly Run[]): string => runs.map((piece) => piece.text + piece.extra).join("");

/** A label that leads somewhere; where the address may not stand in a tag, it is said in words. */
function link(href: string, label: readonly Run[], place: Place): Run[] {
  const shown = label.filter((piece) => piece.text !== "");
  const words = bare(shown);
  if (words.trim() === "") return [run(href, place.marks)];
  const target = URL.canParse(href) ? new URL(href) : null;
  const said = words === href || target?.protocol === "mailto:" ? "" : ` (${href})`;
  const open = `<a href="${escapeHtml(href).replaceAll('"', "&quot;")}">`;
  if (!target || !LINK_SCHEMES.includes(target.protocol) || open.length > place.limit / 2) return [...shown, run(said, place.marks)];
  const mark = { open, close: "</a>" };
  const last = shown.length - 1;
  return shown.map((piece, index) => run(piece.text, [...piece.marks.filter((m) => m.open !== "<code>"), mark], index === last ? said : ""));
}

function inlineOne(token: Tokens.Generic, place: Place): Run[] {
  const inner = (next: Place): Run[] => inline(token.tokens ?? [], next);
  const text = String(token["text"] ?? token.raw);
  switch (token.type) {
    case "strong":
      return inner(marked(place, "b"));
    case "em":
      return inner(marked(place, "i"));
    case "del":
      return inner(marked(place, "s"));
    case "codespan":
      return [run(text, place.marks.some(isLink) ? place.marks : codeMarks(place.marks, "<code>", "</code>"))];
    case "br":
      return [run("\n", place.marks)];
    case "link":
      return link(String(token["href"]), inner(place), place);
    case "image":
      return link(String(token["href"]), [run(decode(text), place.marks)], place);
    case "html":
      return [run(/^<br\s*\/?>$/iu.test(token.raw) ? "\n" : token.raw, place.marks)];
    case "escape":
      return [run(text, place.marks)];
    case "checkbox":
      return [];
    default:
      return token.tokens ? inner(place) : [run(decode(text), place.marks)];
  }
}

function inline(tokens: readonly Token[], place: Place): Run[] {
  return tokens.flatMap((token) => inlineOne(token, place));
}

function listItem(item: Tokens.ListItem, bullet: string, place: Place): Run[] {
  const box = item.task ? (item.checked ? "☑ " : "☐ ") : "";
  const body = blocks(item.tokens, { ...place, depth: place.depth + 1 }, "\n");
  return [run("  ".repeat(place.depth) + bullet + box, place.marks), ...body];
}

function list(token: Tokens.List, place: Place): Run[] {
  const start = token.start === "" ? 1 : token.start;
  const items = token.items.map((item, index) => listItem(item, token.ordered ? `${start + index}. ` : "• ", place));
  return items.flatMap((item, index) => (index === 0 ? item : [run("\n", place.marks), ...item]));
}

function table(token: Tokens.Table, place: Place): Run[] {
  const rows = [token.header, ...token.rows].map((row) => row.map((cell) => bare(inline(cell.tokens, { ...place, marks: [] })).replaceAll("\n", " ")));
  const widths = token.header.map((_, column) => Math.max(1, ...rows.map((row) => [...(row[column] ?? "")].length)));
  const pad = (cell: string, width: number): string => cell + " ".repeat(Math.max(0, width - [...cell].length));
  const lines = rows.map((row) => row.map((cell, column) => pad(cell, widths[column] ?? 0)).join(" | ").trimEnd());
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("-+-"));
  return [run(lines.join("\n"), codeMarks(place.marks, "<pre>", "</pre>"))];
}

function code(token: Tokens.Code, place: Place): Run[] {
  const language = /^[\w+#.-]{1,32}/u.exec(token.lang ?? "")?.[0];
  if (!language) return [run(token.text, codeMarks(place.marks, "<pre>", "</pre>"))];
  return [run(token.text, codeMarks(place.marks, `<pre><code class="language-${language}">`, "</code></pre>"))];
}

function block(token: Token, place: Place): Run[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading":
      return inline(token.tokens ?? [], marked(place, "b"));
    case "code":
      return code(token as Tokens.Code, place);
    case "blockquote":
      return blocks(token.tokens ?? [], marked(place, "blockquote"), "\n\n");
    case "list":
      return list(token as Tokens.List, place);
    case "table":
      return table(token as Tokens.Table, place);
    case "hr":
      return [run("———", place.marks)];
    case "html":
      return [run(token.raw.trim(), place.marks)];
    default:
      return inlineOne(token, place);
  }
}

function blocks(tokens: readonly Token[], place: Place, between: string): Run[] {
  const shown = tokens.map((token) => block(token, place)).filter((runs) => runs.some((piece) => piece.text !== ""));
  return shown.flatMap((runs, index) => (index === 0 ? runs : [run(between, place.marks), ...runs]));
}

/**
 * Markdown as Telegram's HTML, in parts of at most `limit` UTF-16 units each (text with its markup, and plain).
 * Only tags that the platform knows are written; everything else a model may write arrives as visible text.
 * A non-blank text never gives an empty result; a blank one gives none.
 */
export function renderTelegram(markdown: string, limit: number = TELEGRAM_LIMIT): RenderedPart[] {
  const source = markdown.toWellFormed().replaceAll("\0", "");
  const size = Math.min(TELEGRAM_LIMIT, Math.max(LEAST_LIMIT, Math.floor(limit)));
  const parts = splitRuns(flattenSafely(source, size), size);
  return parts.length > 0 ? parts : splitRuns([run(source, [])], size);
}

/** A text nested deeper than the stack goes out as it was written: an answer is worth more than its markup. */
function flattenSafely(source: string, limit: number): Run[] {
  try {
    return blocks(new Lexer({ gfm: true }).lex(source), { marks: [], depth: 0, limit }, "\n\n");
  } catch {
    return [run(source, [])];
  }
}
