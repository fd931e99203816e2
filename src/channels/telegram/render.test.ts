import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LEAST_LIMIT, renderTelegram, TELEGRAM_LIMIT } from "./render.ts";

const html = (markdown: string): string => renderTelegram(markdown).map((part) => part.text).join("\n¶\n");
const plain = (markdown: string): string => renderTelegram(markdown).map((part) => part.plain).join("\n¶\n");

const MARKUP: readonly (readonly [string, string, string])[] = [
  ["bold, italic, struck", "**b** _i_ ~~s~~", "<b>b</b> <i>i</i> <s>s</s>"],
  ["nested styles close in order", "**b _both_**", "<b>b <i>both</i></b>"],
  ["inline code, its text escaped", "`a<b>&c`", "<code>a&lt;b&gt;&amp;c</code>"],
  ["code in bold stands for itself", "**x `y`**", "<b>x </b><code>y</code>"],
  ["a code block with its language", "```ts\na < b\n```", '<pre><code class="language-ts">a &lt; b</code></pre>'],
  ["a code block without one", "```\nx\n```", "<pre>x</pre>"],
  ["a language that is none of ours to quote", '```"><b>\nx\n```', "<pre>x</pre>"],
  ["a heading is bold", "## Title", "<b>Title</b>"],
  ["a list with bullets, nested", "- a\n- b\n  - c", "• a\n• b\n  • c"],
  ["a numbered list goes on from its start", "3. a\n4. b", "3. a\n4. b"],
  ["tasks", "- [x] a\n- [ ] b", "• ☑ a\n• ☐ b"],
  ["a quotation, an inner one flattened", "> a\n>\n> > b", "<blockquote>a\n\nb</blockquote>"],
  ["a link", "[x](https://e.org/?a=1&b=2)", '<a href="https://e.org/?a=1&amp;b=2">x</a>'],
  ["a bare address", "see https://e.org/x", 'see <a href="https://e.org/x">https://e.org/x</a>'],
  ["a link of the platform's own", "[x](tg://user?id=1)", '<a href="tg://user?id=1">x</a>'],
  ["a script is no link", "[x](javascript:alert(1))", "x (javascript:alert(1))"],
  ["a file is no link", "[x](file:///etc/passwd)", "x (file:///etc/passwd)"],
  ["a relative path is no link", "[x](./a.md)", "x (./a.md)"],
  ["a quote in an address does not leave its tag", '[x](<https://e.org/"onclick="y>)', '<a href="https://e.org/&quot;onclick=&quot;y">x</a>'],
  ["an image is a link to it", "![cat](https://e.org/c.png)", '<a href="https://e.org/c.png">cat</a>'],
  ["HTML of the model's is text", "<b>x</b> <script>y</script>", "&lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;"],
  ["character references are read once", "a &amp;lt; b &copy;", "a &amp;lt; b &amp;copy;"],
  ["a table is monospaced", "|a|bb|\n|-|-|\n|ccc|d|", "<pre>a   | bb\n----+---\nccc | d</pre>"],
  ["a line break stays", "a\nb", "a\nb"],
  ["a rule", "a\n\n---\n\nb", "a\n\n———\n\nb"],
  ["what would vanish is shown as written", "[x]: https://e.org", "[x]: https://e.org"],
];

for (const [title, markdown, expected] of MARKUP) {
  test(`markup: ${title}`, () => assert.equal(html(markdown), expected));
}

test("the plain form says where a link leads", () => {
  assert.equal(plain("[x](https://e.org) **b**"), "x (https://e.org) b");
  assert.equal(plain("https://e.org"), "https://e.org");
});

const TAGS = /<(\/?)(b|i|s|code|pre|a|blockquote)(?: (?:href|class)="[^"<>]*")?>/gu;

/** Fails on a tag that the platform does not know, or that is not closed in order; returns the visible text. */
function readHtml(text: string): string {
  const open: string[] = [];
  for (const [, slash, name] of text.matchAll(TAGS)) {
    if (slash === "") open.push(String(name));
    else assert.equal(open.pop(), name, text);
  }
  assert.deepEqual(open, [], text);
  const rest = text.replace(TAGS, "");
  assert.doesNotMatch(rest, /[<>]|&(?!(?:amp|lt|gt|quot);)/u);
  return rest.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const pieces = fc.constantFrom(
  "**", "_", "~~", "`", "```js\n", "```\n", "\n\n", "\n", "- ", "1. ", "> ", "# ", "[x](https://e.org/", ")", "![", "](", "<b>", "</a>", "&amp;", "&lt;",
  "|a|b|\n|-|-|\n|c|d|\n", "---\n", "🧵", "👩‍👩‍👧", "a word. ", "x".repeat(300), "漢字。".repeat(40), "- [x] ", "    ",
);
const markdown = fc.array(fc.oneof({ weight: 3, arbitrary: pieces }, fc.string({ unit: "binary", maxLength: 12 })), { maxLength: 60 }).map((parts) => parts.join(""));

test("any text becomes parts within the limit, of known tags closed in order, whose plain form is what is shown", () => {
  fc.assert(
    fc.property(markdown, fc.integer({ min: LEAST_LIMIT, max: TELEGRAM_LIMIT }), (text, limit) => {
      const parts = renderTelegram(text, limit);
      if (text.replaceAll("\0", "").trim() !== "") assert.ok(parts.length > 0);
      for (const part of parts) {
        assert.ok(part.text.length <= limit && part.plain.length <= limit);
        assert.ok(part.text.isWellFormed() && part.plain.isWellFormed());
        const shown = readHtml(part.text);
        assert.notEqual(shown.trim(), "");
        // Beside a link the plain form says its address; otherwise the two read the same.
        if (!part.text.includes("<a ")) assert.equal(part.plain, shown);
        else assert.ok(part.plain.length >= shown.length);
      }
    }),
    { numRuns: 400 },
  );
});

test("splitting loses and invents nothing but white space", () => {
  const words = fc.array(fc.constantFrom("word", "Satz.", "漢字", "🧵", "\n", "\n\n", "x".repeat(400)), { maxLength: 200 }).map((parts) => parts.join(" "));
  fc.assert(
    fc.property(words, (text) => {
      const bare = (value: string): string => value.replace(/\s+/gu, "");
      assert.equal(bare(renderTelegram(text, LEAST_LIMIT).map((part) => part.plain).join("")), bare(text));
    }),
    { numRuns: 200 },
  );
});

test("a split falls between paragraphs, else lines, else sentences, else words, else characters", () => {
  const ends = (text: string): string => renderTelegram(text, 300)[0]?.plain.slice(-8) ?? "";
  const words = "word ".repeat(30).trim();
  assert.equal(ends(`${words} para one\n\n${words}\n${words}`), "para one");
  assert.equal(ends(`${words} line one\n${words}\n${words}`), "line one");
  assert.equal(ends(`${words} a stop. ${words} ${words}`), " a stop.");
  assert.equal(renderTelegram("word ".repeat(100), 300)[0]?.plain.endsWith("word"), true);
  const threads = renderTelegram("🧵".repeat(400), 301).map((part) => part.plain);
  assert.deepEqual(threads.map((part) => part.length), [300, 300, 200]);
});

test("a code block that is split is closed and opened again, its indentation kept", () => {
  const code = Array.from({ length: 40 }, (_, line) => `    line ${line}`).join("\n");
  const parts = renderTelegram(`\`\`\`py\n${code}\n\`\`\``, LEAST_LIMIT);
  assert.ok(parts.length > 1);
  for (const part of parts) assert.match(part.text, /^<pre><code class="language-py"> {4}line [\s\S]*\d<\/code><\/pre>$/u);
  assert.equal(parts.map((part) => part.plain).join("\n"), code);
});

test("an address too long for its tag is said in words", () => {
  const address = `https://e.org/${"a".repeat(5000)}`;
  const parts = renderTelegram(`[x](${address})`);
  assert.ok(parts.length > 1 && parts.every((part) => !part.text.includes("<a ")));
  assert.equal(parts.map((part) => part.plain).join("").replace(/\s/gu, ""), `x(${address})`);
});

test("a text nested beyond reason still arrives", () => {
  assert.ok(renderTelegram(`${"> ".repeat(20_000)}x`).length > 0);
  assert.ok(renderTelegram(`${"*".repeat(20_000)}x${"*".repeat(20_000)}`).length > 0);
  assert.ok(renderTelegram("[".repeat(20_000)).length > 0);
});

test("half a surrogate pair does not reach the platform", () => {
  assert.equal(plain("a\ud83d b"), "a\ufffd b");
});

test("a limit too small for the markup is raised to the least that works", () => {
  assert.ok(renderTelegram("**word** ".repeat(100), 1).every((part) => part.text.length <= LEAST_LIMIT));
});
