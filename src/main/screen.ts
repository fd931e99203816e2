import type { ReadStream, WriteStream } from "node:tty";
import type { LiveScreen } from "../cli/index.ts";

/** Where a program is told to end, a full-screen command ends in order: it leaves the terminal as it found it. */
const ENDED = ["SIGTERM", "SIGHUP"] as const;

export function liveScreen(stdin: ReadStream, stdout: WriteStream): LiveScreen {
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    onResize(handler) {
      stdout.on("resize", handler);
      return () => void stdout.off("resize", handler);
    },
    onKey(handler) {
      const onData = (data: Buffer): void => handler(data.toString("utf8"));
      const onEnd = (): void => handler("q");
      stdin.setRawMode(true);
      stdin.on("data", onData).resume();
      for (const signal of ENDED) process.on(signal, onEnd);
      return () => {
        for (const signal of ENDED) process.off(signal, onEnd);
        stdin.off("data", onData).pause();
        stdin.setRawMode(false);
      };
    },
  };
}
