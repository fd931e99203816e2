import type { Executor } from "../store/store.ts";
import { lessenConversation } from "../store/statements/lessen-conversation.ts";
import { previewOf } from "./transcript.ts";

/** What is left of a conversation out of which entries were taken for good. */
export interface Remainder {
  readonly messages: number;
  /** The newest entry. */
  readonly leaf: string | null;
  /** What was said first. */
  readonly first: string | null;
}

/** A conversation is counted and shown by what is left of it; what was read of it before is stale, in whichever process. */
export async function settleRemainder(tx: Executor, sessionId: string, { messages, leaf, first }: Remainder): Promise<void> {
  await tx.run(lessenConversation, { session_id: sessionId, messages, leaf_id: leaf, preview: first === null ? null : previewOf(first) });
}
