import type { InboundMessage } from "../../domain/message.ts";
import type { RouteWhy } from "../../domain/route.ts";
import { explainRoute } from "../../routing/explain.ts";
import { sayIn } from "../../texts/index.ts";
import { admissionWords } from "./admission.ts";
import { explainReply, type ReplyFacts, type ReplyWhy } from "./reply.ts";
import { explainReset, type ResetFacts, type ResetWhy } from "./reset.ts";

/** What a message was, for whoever looks for the right one. */
export interface ExplainedMessage {
  /** Of the inbox item. */
  readonly id: string;
  readonly runId: string;
  readonly messageId: string | null;
  readonly channel: string;
  readonly account: string;
  readonly chat: string;
  readonly thread: string | null;
  readonly senderId: string;
  readonly senderName: string | null;
  /** Its first 200 characters. */
  readonly text: string;
  readonly state: string;
  readonly acceptedAt: number;
}

/** Messages of the same sender that were refused, counted by the reason; their text was not kept. */
export interface RefusedWhy {
  readonly reason: string;
  readonly words: string;
  readonly account: string;
  readonly chat: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface AdmissionFacts {
  readonly admitted: boolean;
  /** Null: it was let in when it came, and by which rule was not kept. */
  readonly reason: string | null;
  /** `then`: when it came; `now`: asked of the settings as they are. */
  readonly asOf: "then" | "now";
}

export interface RouteOf {
  readonly why: RouteWhy;
  /** Where its session is now; a change may have moved it. */
  readonly sessionKey: string;
  readonly audience: string;
}

/** Everything that an explanation is made of. */
export interface MessageFacts {
  readonly kind: "stored" | "hypothetical";
  readonly message: InboundMessage;
  readonly stored: ExplainedMessage | null;
  readonly admission: AdmissionFacts;
  readonly route: RouteOf;
  readonly reset: ResetFacts;
  readonly reply: ReplyFacts;
  readonly refused: readonly Omit<RefusedWhy, "words">[];
}

export interface Why {
  readonly kind: "stored" | "hypothetical";
  /** The whole explanation, a sentence or two a line. */
  readonly lines: readonly string[];
  readonly message: ExplainedMessage | null;
  readonly admission: AdmissionFacts & { readonly words: string };
  readonly route: RouteWhy & { readonly sessionKey: string; readonly agentId: string; readonly audience: string; readonly lines: readonly string[] };
  readonly reset: ResetWhy;
  readonly reply: ReplyWhy | null;
  readonly refused: readonly RefusedWhy[];
}

function admissionLine({ kind, admission }: MessageFacts): string {
  const { admitted, reason, asOf } = admission;
  if (kind === "hypothetical") return `${admitted ? "It would be let in" : "It would be refused, and reach neither a session nor a model"}. ${admissionWords(reason ?? "unknown")}`;
  if (reason === null) return "It was let in when it came.";
  if (asOf === "then") return `It was let in. ${admissionWords(reason)}`;
  const now = admitted ? "By the settings of now" : "By the settings of now it would be refused";
  return `It was let in when it came. ${now}: ${admissionWords(reason)}`;
}

function refusedLine({ reason, count, lastAt }: MessageFacts["refused"][number]): string {
  const at = new Date(lastAt).toISOString().slice(0, 16).replace("T", " ");
  return `${count} message${count === 1 ? "" : "s"} of this sender ${count === 1 ? "was" : "were"} refused, the last at ${at} UTC: ${admissionWords(reason)}`;
}

/**
 * Why a message went where it went: let in or not, the agent, the sender, the scope and the key, the conversation, the
 * reply. Pure: everything is in the facts. The lines name no paths, but do name ids: they are for operators.
 */
export function explainMessage(facts: MessageFacts): Why {
  const { message, route } = facts;
  const routeLines = explainRoute(route.why, {
    channel: message.address.channel,
    account: message.address.account,
    chatKind: message.chatKind,
    senderId: message.sender.id,
    thread: message.address.thread,
    to: "sender",
    sessionKey: route.sessionKey,
  }, sayIn("en"));
  const admission = admissionLine(facts);
  const reset = explainReset(facts.reset);
  const reply = explainReply(facts.reply);
  const refused = facts.kind === "hypothetical" && !facts.admission.admitted;
  return {
    kind: facts.kind,
    lines: [...facts.refused.map(refusedLine), admission, ...(refused ? ["If it were let in:"] : []), ...routeLines, reset.words, ...(reply === null ? [] : [reply.words])],
    message: facts.stored,
    admission: { ...facts.admission, words: admission },
    // The key of now: `why.key` holds the one that routing gave.
    route: { ...route.why, sessionKey: route.sessionKey, agentId: route.why.agent.id, audience: route.audience, lines: routeLines },
    reset,
    reply,
    refused: facts.refused.map((refused) => ({ ...refused, words: refusedLine(refused) })),
  };
}
