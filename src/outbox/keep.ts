import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelLog } from "../domain/channel.ts";
import { toContinuoError } from "../domain/errors.ts";

/** What the platform did could not be written down before the gateway had to stop: nobody may guess what to do next. */
export class NotKept extends Error {}

const RETRY_MS = 1_000;

/**
 * Writes down what a platform call led to. It has happened, so a store that cannot be written is waited out: to forget
 * it would be to send again (law 2). Throws `NotKept` when `signal` ends the wait.
 */
export async function keep(log: ChannelLog, signal: AbortSignal, write: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (thrown) {
      if (signal.aborted) throw new NotKept("the store could not be written before the end", { cause: thrown });
      const error = toContinuoError(thrown);
      log.error({ code: error.code, err: error.cause }, `${error.message} What became of a reply waits to be written down. ${error.cure}`);
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
