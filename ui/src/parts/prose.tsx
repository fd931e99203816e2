import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { useApp } from "../app.ts";
import type { Markdown } from "../markdown.ts";

export const MarkdownContext = createContext<Markdown | null>(null);

const COPIED_MS = 1_500;

/** Copies the code of the block whose button was pressed; the buttons come with the Markdown. */
async function copyCode(event: MouseEvent, copied: string): Promise<void> {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-copy]") : null;
  const code = button?.closest(".code")?.querySelector("code")?.textContent;
  if (!button || code === undefined || code === null) return;
  await navigator.clipboard.writeText(code);
  const label = button.textContent;
  button.textContent = copied;
  setTimeout(() => void (button.textContent = label), COPIED_MS);
}

/** A reply's Markdown. `id` keeps what was parsed; null is a reply that still grows. */
export function Prose({ id, text }: { readonly id: string | null; readonly text: string }) {
  const { store } = useApp();
  const markdown = useContext(MarkdownContext);
  if (markdown === null) throw new Error("There is no Markdown to write with.");
  const texts = store.texts.value;
  const html = id === null ? markdown.render(text, texts) : markdown.keep(id, text, texts);
  return <div class="prose" onClick={(event) => void copyCode(event, texts.copied).catch(console.warn)} dangerouslySetInnerHTML={{ __html: html }} />;
}
