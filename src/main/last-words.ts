import type { Log } from "../logging/index.ts";

/** By this a line about the end of a process is known. */
export const ENDED_UNFORESEEN = "the gateway ends: something went wrong that nobody had foreseen";

/** What ends this process unforeseen stands in its log, too: what it prints may be kept by nobody. Answers what ends that. */
export function sayLastWords(log: Pick<Log, "error" | "flushSync">): () => void {
  const say = (error: unknown): void => {
    log.error({ err: error }, ENDED_UNFORESEEN);
    log.flushSync();
  };
  process.on("uncaughtExceptionMonitor", say);
  return () => void process.off("uncaughtExceptionMonitor", say);
}
