import { toContinuoError, type ErrorCode } from "../domain/errors.ts";
import type { ClaimedTurn } from "./claim.ts";
import { commitTurn, type TurnEnd } from "./commit.ts";
import { RETRY_MS, type WorkerParts } from "./lane.ts";

/** What passes by itself, or when somebody frees the disk or starts the server. */
const WAITED_OUT: readonly ErrorCode[] = ["STORE_FULL", "STORE_BUSY", "STORE_UNREACHABLE"];

/** A full disk is waited out: the answer is there and must not be asked for again. */
export async function commitWhenPossible(parts: WorkerParts, claimed: ClaimedTurn, end: TurnEnd, draft: string | null, stopping: AbortSignal) {
  for (;;) {
    try {
      return await commitTurn(parts, claimed, end, draft, parts.clock.now());
    } catch (thrown) {
      const error = toContinuoError(thrown);
      if (!WAITED_OUT.includes(error.code) || stopping.aborted) throw thrown;
      parts.log.error({ code: error.code, sessionKey: claimed.turn.sessionKey }, `${error.message} The answer waits. ${error.cure}`);
      await parts.models.pause(RETRY_MS, stopping).catch(() => undefined);
    }
  }
}
