import type { BeganReason } from "../../domain/session.ts";
import { staleReason, type ResetPolicy, type SessionAges } from "../../sessions/reset.ts";

/** What decides whether a message goes on in its session's conversation or begins another. */
export type ResetFacts =
  /** It had its turn: `began` is why the turn's conversation began, if it began with this very turn. */
  | { readonly kind: "decided"; readonly policy: ResetPolicy; readonly began: BeganReason | null; readonly startedAt: number }
  /** It has had no turn: it waits for one, or was answered at once. */
  | { readonly kind: "undecided"; readonly policy: ResetPolicy; readonly waiting: boolean }
  /** Asked about a message that nobody wrote: the session as it is now, null where there is none. */
  | { readonly kind: "asked"; readonly policy: ResetPolicy; readonly session: (SessionAges & { readonly messages: number }) | null; readonly now: number };

export interface ResetWhy {
  readonly policy: ResetPolicy;
  readonly decision: "began" | "went-on" | "would-begin" | "would-go-on" | "undecided";
  /** Why a conversation began, or would. */
  readonly reason: BeganReason | null;
  readonly words: string;
}

const BEGAN: Readonly<Record<BeganReason, string>> = {
  "first-message": "it was the first message of this session",
  new: "the sender asked for it with /new",
  reset: "the sender asked for it with /reset",
  clear: "the sender cleared the one before with /clear",
  daily: "the daily reset had passed since the one before began",
  idle: "the session had been idle for too long",
  resumed: "an earlier conversation was taken up again",
  forked: "it was begun as a copy of another conversation",
  imported: "it was imported",
  repartitioned: "a change of the settings or of the people moved it here",
};

export function beganWords(reason: BeganReason): string {
  return BEGAN[reason] ?? reason;
}

function minutes(count: number): string {
  return `${count} minute${count === 1 ? "" : "s"}`;
}

function hour(atHour: number): string {
  return `${String(atHour).padStart(2, "0")}:00`;
}

/** Why a session goes on under a policy. */
function freshWords({ mode, atHour, idleMinutes }: ResetPolicy): string {
  if (mode === "none") return "sessions do not reset by themselves (reset mode: none)";
  const idle = idleMinutes > 0 ? [`the session had been idle for less than ${minutes(idleMinutes)}`] : [];
  const daily = mode === "daily" ? [`no daily reset (${hour(atHour)}) had passed since it began`] : [];
  const reasons = [...daily, ...idle];
  return reasons.length === 0 ? "no time is set after which it would reset" : reasons.join(" and ");
}

/** A reason with the figure of the policy that is in force now. */
function reasonWords(reason: BeganReason, { mode, atHour, idleMinutes }: ResetPolicy): string {
  if (reason === "daily" && mode === "daily") return `${beganWords(reason)} (${hour(atHour)})`;
  if (reason === "idle" && idleMinutes > 0) return `${beganWords(reason)} (over ${minutes(idleMinutes)})`;
  return beganWords(reason);
}

function wouldBegin(facts: Extract<ResetFacts, { kind: "asked" }>): BeganReason | null {
  const { session, policy, now } = facts;
  if (session === null) return "first-message";
  return session.messages === 0 ? null : staleReason(policy, session, now);
}

/** Spec 4.1, 4.2. Figures are those of the policy in force now: what was in force then is not kept. Pure. */
export function explainReset(facts: ResetFacts): ResetWhy {
  const { policy } = facts;
  if (facts.kind === "undecided") {
    const words = facts.waiting ? "Whether it goes on in the same conversation is decided when its turn begins." : "It was answered at once and is in no conversation.";
    return { policy, decision: "undecided", reason: null, words };
  }
  if (facts.kind === "decided") {
    const reason = facts.began;
    if (reason !== null) return { policy, decision: "began", reason, words: `A new conversation (session id) began with it: ${reasonWords(reason, policy)}.` };
    const since = new Date(facts.startedAt).toISOString().slice(0, 16).replace("T", " ");
    return { policy, decision: "went-on", reason, words: `It went on in the conversation that began ${since} UTC: ${freshWords(policy)}.` };
  }
  const reason = wouldBegin(facts);
  if (reason === "first-message") return { policy, decision: "would-begin", reason, words: "A conversation would begin with it: it would be the first message of this session." };
  if (reason !== null) return { policy, decision: "would-begin", reason, words: `A new conversation (session id) would begin with it: ${reasonWords(reason, policy)}.` };
  return { policy, decision: "would-go-on", reason, words: `It would go on in the session's conversation: ${freshWords(policy)}.` };
}
