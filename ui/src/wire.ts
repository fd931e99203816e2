/** The frames and payloads that the page reads (docs/protocol.md). What it does not use is not named. */

export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details?: { readonly code?: string; readonly cure?: string };
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

export type Frame =
  | { readonly type: "event"; readonly event: string; readonly payload?: unknown; readonly seq?: number }
  | { readonly type: "res"; readonly id: string; readonly ok: boolean; readonly payload?: unknown; readonly error?: WireError };

export interface Hello {
  readonly server: { readonly version: string };
  readonly features?: { readonly methods?: readonly string[] };
  readonly snapshot: { readonly sessionDefaults: { readonly defaultAgentId: string; readonly mainSessionKey: string } };
  readonly policy: { readonly tickIntervalMs: number; readonly maxPayload?: number };
}

/** Whether the gateway has a method; an older one has fewer. */
export function knows(hello: Hello | null, method: string): boolean {
  return hello?.features?.methods?.includes(method) === true;
}

export interface SessionRow {
  readonly key: string;
  readonly agentId?: string;
  readonly kind: string;
  readonly sessionId: string;
  readonly label?: string;
  readonly displayName?: string;
  readonly channel?: string;
  readonly lastChannel?: string;
  readonly chatType?: string;
  readonly running?: boolean;
  readonly updatedAt: number;
  readonly lastInteractionAt?: number;
  readonly totalTokens?: number;
  /** False: nobody knows, whatever was known before. */
  readonly totalTokensFresh?: boolean;
  readonly messageCount?: number;
  readonly contextTokens?: number;
  readonly modelProvider?: string;
  readonly model?: string;
  readonly pinned?: boolean;
  readonly archived?: boolean;
}

export interface SessionPage {
  readonly sessions: readonly SessionRow[];
  readonly total?: number;
  readonly hasMore?: boolean;
  readonly defaults?: { readonly modelProvider?: string; readonly model?: string };
}

export interface Message {
  readonly id: string;
  readonly seq: number;
  readonly role: string;
  readonly content: Content;
  readonly timestamp: number;
  readonly channel?: string;
  readonly senderName?: string;
  readonly model?: string;
  readonly stopReason?: string;
  readonly attachments?: readonly Attachment[];
}

/** A file of a message; its bytes are at `/media/<ref>`. */
export interface Attachment {
  readonly type: string;
  readonly mimeType: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly ref: string;
}

export type Content = string | readonly { readonly type: string; readonly text?: string }[];

export interface History {
  readonly sessionId?: string;
  readonly messages: readonly Message[];
  readonly hasMore?: boolean;
  readonly undo?: LastStep;
}

/** What was last done to a session, as long as it can be taken back. */
export interface LastStep {
  readonly kind: string;
  readonly at: number;
}

/** Where this device stopped reading, and what there was since. */
export interface ReadsSince {
  readonly mark: { readonly sessionId: string; readonly seq: number } | null;
  readonly turns: number;
  readonly channels: readonly { readonly channel: string; readonly turns: number }[];
}

export interface Conversation {
  /** As `/sessions` in the chat counts; one in which nothing was said has none. */
  readonly number?: number;
  readonly sessionId: string;
  readonly current: boolean;
  readonly title?: string;
  readonly forkedFrom?: string;
  readonly beganAt: number;
  readonly beganReason: string;
  readonly endedAt?: number;
  readonly endedReason?: string;
  readonly messages: number;
  readonly preview?: string;
}

/** The answer to `chat.send`; `text` is there when a command such as `/stop` was answered at once. */
export interface Sent {
  readonly runId?: string;
  readonly status?: "started" | "in_flight" | "ok" | "error";
  readonly text?: string;
}

export interface ChatEvent {
  readonly runId: string;
  readonly sessionKey: string;
  readonly state: "delta" | "final" | "aborted" | "error";
  readonly channel?: string;
  readonly message?: { readonly content: Content; readonly timestamp?: number; readonly provider?: string; readonly model?: string };
  readonly errorMessage?: string;
  /** Why the reply was not sent: it waits for the owner's word. */
  readonly held?: string;
}

export interface AgentEvent {
  readonly runId: string;
  readonly sessionKey: string;
  readonly stream: string;
  readonly ts: number;
  readonly data: {
    readonly phase?: string;
    readonly text?: string;
    readonly texts?: readonly string[];
    readonly channel?: string | null;
    readonly senderName?: string;
  };
}

export type SessionChanged = Partial<SessionRow> & { readonly sessionKey: string; readonly reason?: string; readonly phase?: string };

export function textOf(content: Content | undefined): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content.map((part) => part.text ?? "").join("");
}
