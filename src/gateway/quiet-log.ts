import type { Clock } from "../domain/clock.ts";
import type { GatewayLog } from "./options.ts";

const WINDOW_MS = 60_000;
const LINES_A_WINDOW = 10;

interface Window {
  readonly began: number;
  count: number;
}

/**
 * A log for what anybody can cause from outside: of one kind of warning, a few lines a minute and then how many there
 * were, so that a hostile page cannot fill the disk.
 */
export function createQuietLog(log: GatewayLog, clock: Clock): GatewayLog {
  const windows = new Map<string, Window>();
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    error: (fields, message) => log.error(fields, message),
    warn(fields, message) {
      const now = clock.now();
      const current = windows.get(message);
      if (current !== undefined && now >= current.began && now - current.began < WINDOW_MS) {
        current.count++;
        if (current.count <= LINES_A_WINDOW) log.warn(fields, message);
        return;
      }
      const hidden = Math.max(0, (current?.count ?? 0) - LINES_A_WINDOW);
      windows.set(message, { began: now, count: 1 });
      log.warn(hidden === 0 ? fields : { ...fields, notLoggedBefore: hidden }, message);
    },
  };
}
