import type { ChannelLog } from "../../domain/channel.ts";
import { isContinuoError } from "../../domain/errors.ts";

export interface Failure {
  /** What could not be written, or read. */
  readonly path: string;
  readonly error: unknown;
}

export interface Complaints {
  /** All that failed in one pass: what is new is told, what is no longer there is told to work again. */
  afterPass(failures: readonly Failure[]): void;
  /** Something that is told once and not followed up. */
  once(what: string, fields: object, message: string): void;
}

/** Ids come from outside, so what is remembered of them is bounded. */
const MOST_REMEMBERED = 1_000;

const CURES: Readonly<Record<string, string>> = {
  ENOSPC: "Free space on the disk that holds the state directory.",
  EDQUOT: "Free space within this user's quota.",
  EACCES: "Make the path writable for this user, or set session.mirror to false.",
  EPERM: "Make the path writable for this user, or set session.mirror to false.",
  EROFS: "Make the file system writable, or set session.mirror to false.",
};
const ANY_CURE = "Correct the path, or set session.mirror to false.";

function cureOf(error: unknown): string {
  return isContinuoError(error) ? error.cure : (CURES[codeOf(error)] ?? ANY_CURE);
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
}

/** Says each trouble once, with its cure, however often it is met: a full disk must not fill the log too. */
export function createComplaints(log: ChannelLog): Complaints {
  let open = new Map<string, string>();
  const said = new Set<string>();
  return {
    afterPass(failures) {
      const now = new Map<string, string>();
      for (const { path, error } of failures) {
        const code = codeOf(error);
        const trouble = `${code} ${path}`;
        if (!open.has(trouble) && !now.has(trouble)) {
          const fields = { path, code, cure: cureOf(error), err: error };
          log.warn(fields, "the readable copy of the sessions cannot be kept; the sessions themselves are safe");
        }
        now.set(trouble, path);
      }
      const stillBroken = new Set(now.values());
      for (const path of new Set(open.values())) {
        if (!stillBroken.has(path)) log.info({ path }, "the readable copy of the sessions is kept again");
      }
      open = now;
    },
    once(what, fields, message) {
      if (said.has(what) || said.size >= MOST_REMEMBERED) return;
      said.add(what);
      log.warn(fields, message);
    },
  };
}
