import type { Progress, Terminal, Watched } from "./deps.ts";
import { Cancelled } from "./prompts.ts";

const WIDTH = 30;
const PHASES: Readonly<Record<Progress["phase"], string>> = { snapshot: "copying the database", write: "writing", read: "checking", restore: "restoring", compare: "comparing", salvage: "reading what can be read", copy: "copying", follow: "following what changes", switch: "switching", import: "bringing in", export: "writing out", mirror: "writing the copies", look: "looking", remove: "erasing", ledger: "reading the ledger", check: "checking" };

function bar({ phase, done, total }: Progress): string {
  const part = total === 0 ? 0 : Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  return `${PHASES[phase].padEnd(24)} [${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${String(Math.floor(part * 100)).padStart(3)} %`;
}

/** What is shown of `progress`: a bar for people, a line of JSON on stderr for programs, each when it says something new. */
function shownBy(terminal: Terminal, json: boolean): { show(progress: Progress): void; end(): void } {
  let last = "";
  return {
    show(progress) {
      const percent = progress.total === 0 ? 0 : Math.floor((100 * Math.min(progress.done, progress.total)) / progress.total);
      const now = `${progress.phase} ${percent}`;
      if (now === last || (!json && !terminal.stdoutIsTTY)) return;
      last = now;
      terminal.stderr.write(json ? `${JSON.stringify({ progress })}\n` : `\r${bar(progress)}`);
    },
    // stdout begins a line of its own, and the bar is gone.
    end: () => void (last !== "" && !json && terminal.stderr.write(`\r${" ".repeat(WIDTH + 30)}\r`)),
  };
}

/** Runs what takes a while, with its progress; Ctrl-C stops it, and it takes back what it had begun. Throws Cancelled then. */
export async function watch<T>(terminal: Terminal, json: boolean, work: (watched: Watched) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const forget = terminal.onInterrupt(() => abort.abort(new Cancelled()));
  const { show, end } = shownBy(terminal, json);
  try {
    return await work({ signal: abort.signal, onProgress: show });
  } finally {
    end();
    forget();
  }
}
