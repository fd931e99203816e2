import type { Command } from "./command.ts";
import type { DropReason } from "./entry.ts";
import type { InboundMessage } from "./message.ts";
import type { ReplyRoute } from "./route.ts";
import type { ContinuoError } from "./errors.ts";
import type { Usage } from "./usage.ts";

/** Who caused an item: somebody who said something, or the house itself (a job, a hook, a sub-agent). */
export type Origin = "person" | "system";

/** A message that was durably accepted and waits for, or takes part in, a turn. */
export interface InboxItem {
  readonly id: string;
  readonly seq: number;
  readonly runId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  readonly message: InboundMessage;
  /** Only what a person says keeps a session fresh (spec 4.3). */
  readonly origin: Origin;
  /** How long its turn may take, ms; null: as long as its agent's turns do. */
  readonly timeoutMs?: number | null;
  readonly person: string | null;
  readonly audience: string;
  /** Its scope says that others speak in this session too. */
  readonly shared: boolean;
  /** It does not move the session's last route (spec 5.3). */
  readonly pinned: boolean;
  /** The owner said it (spec A1), in whatever place. */
  readonly owner: boolean;
  readonly acceptedAt: number;
  /** What its text commands, read when it was accepted; null is a message for the agent. */
  readonly command: Command | null;
  /** Why it is not answered by itself; null for what is, or will be. */
  readonly dropped: DropReason | null;
}

/** One inbox batch on its way to its committed replies. `fence` refuses a stale holder's commit. */
export interface Turn {
  readonly id: string;
  readonly runId: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly attempt: number;
  readonly fence: number;
  readonly startedAt: number;
  readonly items: readonly InboxItem[];
  readonly reply: ReplyRoute;
  /** A partial reply that is already in the chat (streaming by edits), to be finished instead of sent anew. */
  readonly draft: string | null;
}

export type TurnResult =
  | { readonly kind: "answered"; readonly text: string; readonly model: string; readonly usage: Usage; readonly stopReason: string }
  /** `interrupt`: its sender said something newer; `joined`: it is to be asked again, with what was said meanwhile. */
  | { readonly kind: "aborted"; readonly text: string; readonly reason: "stop" | "timeout" | "shutdown" | "interrupt" | "joined" }
  | { readonly kind: "failed"; readonly text: string; readonly error: ContinuoError };

interface TurnFrame {
  readonly turnId: string;
  readonly runIds: readonly string[];
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly agentId: string;
  readonly at: number;
}

/** What happens in a turn, as it happens; what has to survive is in the store, not here. */
export type TurnEvent =
  | (TurnFrame & { readonly kind: "started"; readonly reply: ReplyRoute; readonly texts: readonly string[]; readonly senderName: string | null; readonly draft: string | null })
  /** More messages were taken into the running turn; `runIds` are theirs. */
  | (TurnFrame & { readonly kind: "joined"; readonly texts: readonly string[]; readonly senderName: string | null })
  /** What is being written will wait for the owner's word (law 5): nothing of it is shown in the chat. */
  | (TurnFrame & { readonly kind: "held"; readonly reason: string })
  | (TurnFrame & { readonly kind: "delta"; readonly delta: string; readonly text: string })
  | (TurnFrame & { readonly kind: "committed"; readonly held: string | null; readonly text: string; readonly model: string | null; readonly usage: Usage })
  | (TurnFrame & { readonly kind: "aborted"; readonly text: string; readonly reason: string })
  | (TurnFrame & { readonly kind: "failed"; readonly text: string });
