import type { LiveScreen } from "../deps.ts";

/** The terminal's own sequences (xterm, and whatever understands it). */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** What lies between is shown at once by terminals that know it, and passed over by others. */
const BEGIN_FRAME = "\u001b[?2026h\u001b[H";
const END_FRAME = "\u001b[J\u001b[?2026l";
const CLEAR_REST_OF_LINE = "\u001b[K";

export interface LiveView {
  draw(lines: readonly string[]): void;
  leave(): void;
}

/** The alternate screen: what was in the terminal before is there again after. Lines are written over, never cleared first. */
export function enterScreen(out: { write(text: string): unknown }): LiveView {
  out.write(ENTER);
  return {
    draw: (lines) => void out.write(`${BEGIN_FRAME}${lines.map((line) => `${line}${CLEAR_REST_OF_LINE}`).join("\r\n")}${END_FRAME}`),
    leave: () => void out.write(LEAVE),
  };
}

const QUIT: readonly string[] = ["q", "Q", "\u0003", "\u0004", "\u001b"];

export interface Keys {
  readonly quit: Promise<void>;
  stop(): void;
}

/** Until `stop`: `q`, Escape, Ctrl-C and Ctrl-D end it; every other key goes to `onKey`. */
export function readKeys(screen: LiveScreen, onKey: (key: string) => void): Keys {
  const { promise: quit, resolve } = Promise.withResolvers<void>();
  return { quit, stop: screen.onKey((key) => (QUIT.includes(key) ? resolve() : onKey(key))) };
}

/** What `work` leads to, or null as soon as `quit` is pressed: nobody waits for an answer that is not wanted any more. */
export function unlessQuit<T>(work: Promise<T>, { quit }: Keys): Promise<T | null> {
  return Promise.race([work, quit.then(() => null)]);
}

/** True when `quit` was pressed within `ms`. */
export async function quitWithin(ms: number, { quit }: Keys): Promise<boolean> {
  const { promise: waited, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  try {
    return await Promise.race([waited, quit.then(() => true)]);
  } finally {
    clearTimeout(timer);
  }
}
