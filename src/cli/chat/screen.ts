import type { Writable } from "node:stream";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";

/** The line that the person is typing, which everything else must not write into. */
export interface Prompt {
  hide(): void;
  show(): void;
}

/** Writes a conversation as it happens: whole messages, and one answer that grows. */
export interface Screen {
  message(badge: string | null, who: string, text: string): void;
  /** `text` is the whole answer so far; only what is new is written. */
  growing(badge: string | null, who: string, text: string): void;
  /** Completes what grows, or writes the whole text if nothing grew. */
  complete(badge: string | null, who: string, text: string): void;
  /** A message was sent: its answer may read like the one before. */
  expectAnswer(): void;
  notice(text: string): void;
}

function heading(badge: string | null, who: string, palette: Palette): string {
  return `${badge === null ? "" : palette.accent(`[${badge}] `)}${palette.bold(`${withoutControls(who)}:`)} `;
}

export function createScreen(out: Writable, palette: Palette, prompt: Prompt): Screen {
  let grown: string | null = null;
  let completed: string | null = null;
  const finishLine = () => {
    if (grown !== null) out.write("\n");
    grown = null;
  };
  const grow = (badge: string | null, who: string, text: string) => {
    completed = null;
    if (grown === null) {
      prompt.hide();
      out.write(heading(badge, who, palette));
      grown = "";
    } else if (!text.startsWith(grown)) {
      out.write(`\n${heading(badge, who, palette)}`); // the gateway replaced what it had said
      grown = "";
    }
    out.write(withoutControls(text.slice(grown.length)));
    grown = text;
  };
  return {
    message(badge, who, text) {
      completed = null;
      prompt.hide();
      finishLine();
      out.write(`${heading(badge, who, palette)}${withoutControls(text)}\n`);
      prompt.show();
    },
    growing(badge, who, text) {
      if (grown !== null || text !== completed) grow(badge, who, text);
    },
    complete(badge, who, text) {
      // Messages that were collected into one turn each get its answer: it is shown once.
      if (grown === null && (text === "" || text === completed)) return prompt.show();
      if (text !== "") grow(badge, who, text);
      finishLine();
      completed = text;
      prompt.show();
    },
    expectAnswer() {
      completed = null;
    },
    notice(text) {
      prompt.hide();
      finishLine();
      out.write(`${palette.dim(withoutControls(text))}\n`);
      prompt.show();
    },
  };
}
