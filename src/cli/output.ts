import { styleText } from "node:util";
import type { Terminal } from "./deps.ts";

type Paint = (text: string) => string;

export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly warn: Paint;
  readonly bad: Paint;
  readonly accent: Paint;
}

const plain: Paint = (text) => text;
const PLAIN: Palette = { bold: plain, dim: plain, good: plain, warn: plain, bad: plain, accent: plain };
const COLOURED: Palette = {
  bold: (text) => styleText("bold", text, { validateStream: false }),
  dim: (text) => styleText("dim", text, { validateStream: false }),
  good: (text) => styleText("green", text, { validateStream: false }),
  warn: (text) => styleText("yellow", text, { validateStream: false }),
  bad: (text) => styleText("red", text, { validateStream: false }),
  accent: (text) => styleText("cyan", text, { validateStream: false }),
};

/** Colour for people: on a terminal, and not where NO_COLOR asks for none (any non-empty value). */
export function paletteFor(terminal: Terminal): Palette {
  return terminal.stdoutIsTTY && !terminal.env.NO_COLOR && terminal.env.TERM !== "dumb" ? COLOURED : PLAIN;
}

export function printLines(terminal: Terminal, lines: readonly string[]): void {
  if (lines.length > 0) terminal.stdout.write(`${lines.join("\n")}\n`);
}

/** JSON itself escapes the other control characters; these are commands to some terminals too. */
const UNESCAPED_CONTROLS = /[\u007f-\u009f]/g;

/** The one form of every `--json`: two spaces, on stdout, nothing else beside it. */
export function printJson(terminal: Terminal, value: unknown): void {
  const json = JSON.stringify(value, null, 2).replace(UNESCAPED_CONTROLS, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  terminal.stdout.write(`${json}\n`);
}

/** For the person who waits: on stderr, so that stdout stays what was asked for. */
export function note(terminal: Terminal, text: string): void {
  terminal.stderr.write(`${text}\n`);
}
