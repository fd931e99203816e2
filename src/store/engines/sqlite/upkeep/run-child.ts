import { fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { FromChild, ToChild } from "./messages.ts";

/** Beside the bundle it is an entry of its own (scripts/build.ts). */
function entry(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.endsWith(".ts") ? "./child.ts" : "./store-upkeep.js", here));
}

export interface RunningChild {
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  say(what: ToChild): void;
  kill(): void;
}

/** Runs one job of `child.ts`: a check at a low priority, since nobody waits for it. One that ends without a last word has failed. */
export function runChild(args: readonly string[], hear: (message: FromChild) => void): RunningChild {
  const child = fork(entry(), args, { stdio: ["ignore", "ignore", "ignore", "ipc"], execArgv: [] });
  let told = false;
  let killed = false;
  child.on("message", (message: FromChild) => {
    told ||= message.kind !== "progress" && message.kind !== "ready";
    hear(message);
  });
  const ended = new Promise<void>((resolve) => {
    const end = (words: string): void => {
      if (!told && !killed) hear({ kind: "failed", words });
      told = true;
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("close", (code, signal) => end(`it ended with ${signal ?? code}`));
  });
  try {
    if (args[0] === "check" && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It works at the usual priority, too.
  }
  return {
    ended,
    // One that is gone hears nothing; that it is gone is told by `ended`.
    say: (what) => void (child.connected && child.send(what, () => undefined)),
    kill() {
      killed = true;
      child.kill("SIGKILL");
    },
  };
}
