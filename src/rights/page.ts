import type { AnyRow } from "../store/erase/table-rows.ts";

export interface Message {
  readonly at: number;
  readonly who: string;
  readonly role: string;
  readonly text: string;
  /** Where what came with it lies, beside the page. */
  readonly files: readonly string[];
}

/** One HTML page, part by part: it loads no other file, and prints well. */
export interface Page {
  begin(): string;
  conversation(title: string): string;
  message(message: Message): string;
  end(): string;
  records(kind: string, rows: readonly AnyRow[]): string;
  close(): string;
}

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2.5rem;border-bottom:1px solid #ccc}
article{margin:.8rem 0;break-inside:avoid}article p{margin:.1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.assistant{border-left:3px solid #888;padding-left:.8rem}time,.who{color:#666;font-size:.85rem}
table{border-collapse:collapse;font-size:.8rem;width:100%}td,th{border:1px solid #ddd;padding:.2rem .4rem;text-align:left;overflow-wrap:anywhere}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}}`;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function safe(text: unknown): string {
  return String(text ?? "").replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function dated(at: number): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")} UTC</time>`;
}

function cell(column: string, value: unknown): string {
  return (column === "at" || column.endsWith("_at")) && typeof value === "number" ? dated(value) : safe(value);
}

export function page(name: string, at: number): Page {
  return {
    begin: () =>
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${safe(name)}</title><style>${STYLE}</style></head>\n<body><h1>What is kept of ${safe(name)}</h1><p>As of ${dated(at)}. The same is in export.json, for programs.</p>\n`,
    conversation: (title) => `<section><h2>${safe(title)}</h2>\n`,
    message({ at: when, who, role, text, files }) {
      const links = files.map((path) => `<p><a href="${safe(path.split("/").map(encodeURIComponent).join("/"))}">${safe(path)}</a></p>`).join("");
      return `<article class="${safe(role)}">${dated(when)} <span class="who">${safe(role === "user" ? who : role)}</span><p>${safe(text)}</p>${links}</article>\n`;
    },
    end: () => "</section>\n",
    records(kind, rows) {
      const columns = Object.keys(rows[0] ?? {}).filter((column) => rows.some((row) => row[column] !== null));
      const head = columns.map((column) => `<th>${safe(column)}</th>`).join("");
      const body = rows.map((row) => `<tr>${columns.map((column) => `<td>${cell(column, row[column])}</td>`).join("")}</tr>`).join("\n");
      return `<section><h2>${safe(kind)}</h2><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></section>\n`;
    },
    close: () => "</body></html>\n",
  };
}
