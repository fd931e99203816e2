import DOMPurify from "dompurify";
import { Marked } from "marked";
import type { Texts } from "./texts.ts";

const TAGS =
  "p br strong em del a code pre ul ol li blockquote h3 h4 h5 h6 hr table thead tbody tr th td div span button input".split(" ");
const ATTRIBUTES = ["href", "title", "class", "start", "align", "type", "disabled", "checked", "data-copy", "aria-label"];
const SAFE_LINK = /^(https?:|mailto:)/i;

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function createParser(texts: Texts): Marked {
  return new Marked({
    gfm: true,
    breaks: true,
    renderer: {
      // Markup in a reply is shown as it was written; only a line break in a table cell is one.
      html: ({ text }) => (/^<br\s*\/?>$/i.test(text.trim()) ? "<br>" : escape(text)),
      heading({ tokens, depth }) {
        const level = Math.min(6, depth + 2);
        return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
      },
      // Loading a picture would tell its server who reads this and when.
      image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || texts.image)} ↗</a>`,
      code({ text, lang }) {
        const language = escape((lang ?? "").split(/\s/)[0] ?? "");
        const head = `<div class="code-head"><span>${language}</span><button type="button" data-copy="code">${escape(texts.copy)}</button></div>`;
        return `<div class="code">${head}<pre><code>${escape(text)}</code></pre></div>`;
      },
      table({ header, rows }) {
        const line = (cells: typeof header, tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}${cell.align ? ` align="${cell.align}"` : ""}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>`;
        return `<div class="wide"><table><thead>${line(header, "th")}</thead><tbody>${rows.map((row) => line(row, "td")).join("")}</tbody></table></div>`;
      },
    },
  });
}

/** Makes safe HTML of a reply's Markdown; what is finished is kept under its id. */
export interface Markdown {
  render(text: string, texts: Texts): string;
  /** As `render`, parsed once for each id. */
  keep(id: string, text: string, texts: Texts): string;
}

export function createMarkdown(): Markdown {
  const parsers = new Map<Texts, Marked>();
  const kept = new Map<string, { readonly text: string; readonly html: string; readonly texts: Texts }>();
  const mostKept = 2_000;

  DOMPurify.addHook("afterSanitizeAttributes", (node) => {
    if (node.tagName === "INPUT" && node.getAttribute("type") !== "checkbox") node.remove();
    if (node.tagName !== "A") return;
    if (!SAFE_LINK.test(node.getAttribute("href") ?? "")) node.removeAttribute("href");
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  });

  function render(text: string, texts: Texts): string {
    const parser = parsers.get(texts) ?? createParser(texts);
    parsers.set(texts, parser);
    return DOMPurify.sanitize(parser.parse(text, { async: false }), { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ATTRIBUTES });
  }

  return {
    render,
    keep(id, text, texts) {
      const known = kept.get(id);
      if (known?.text === text && known.texts === texts) return known.html;
      const html = render(text, texts);
      kept.set(id, { text, html, texts });
      const [oldest] = kept.keys();
      if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
      return html;
    },
  };
}
