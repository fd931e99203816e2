import type { ChatKind } from "../domain/message.ts";
import type { Session, SessionChoices } from "../domain/session.ts";

interface SendRule {
  readonly action: "allow" | "deny";
  readonly match?:
    | { readonly channel?: string | undefined; readonly chatType?: ChatKind | undefined; readonly keyPrefix?: string | undefined; readonly rawKeyPrefix?: string | undefined }
    | undefined;
}

export interface SendPolicy {
  readonly default: "allow" | "deny";
  readonly rules: readonly SendRule[];
}

/** What the rules of who is answered go by. */
export type SendPlace = Pick<Session, "key" | "channel" | "chatKind">;

/** A rule holds where all that it names fits; one that names nothing holds everywhere. */
function holds({ match = {} }: SendRule, { key, channel, chatKind }: SendPlace): boolean {
  const bare = key.replace(/^agent:[^:]*:/, "");
  return (
    (match.channel === undefined || match.channel === channel) &&
    (match.chatType === undefined || match.chatType === chatKind) &&
    (match.keyPrefix === undefined || key.startsWith(match.keyPrefix) || bare.startsWith(match.keyPrefix)) &&
    (match.rawKeyPrefix === undefined || key.startsWith(match.rawKeyPrefix))
  );
}

/** Whether a session's messages are answered (spec 5.6): its own choice, then any rule that denies, then any that allows. */
export function mayAnswer({ default: otherwise, rules }: SendPolicy, session: SendPlace, { send }: SessionChoices): boolean {
  if (send !== undefined) return send === "allow";
  const holding = rules.filter((rule) => holds(rule, session));
  if (holding.some(({ action }) => action === "deny")) return false;
  return holding.length > 0 || otherwise === "allow";
}
