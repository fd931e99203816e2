/** Every reason that admission gives (spec 1.5), as a sentence about "the sender" or "the message". */
const WORDS: Readonly<Record<string, string>> = {
  operator: "It came from a client of the operator, who has shown the gateway's token.",
  channel_disabled: "The channel, or our account on it, is switched off (enabled: false).",
  dm_policy_disabled: "Direct messages are switched off there (dmPolicy: disabled).",
  dm_policy_open: "Everybody may write directly there (dmPolicy: open).",
  dm_policy_allowlisted: "allowFrom names the sender, or everybody with \"*\".",
  dm_policy_paired: "The sender was let in by a pairing code, for direct messages on this account alone.",
  dm_owner: "The sender is named as the owner, which lets them in.",
  dm_policy_not_allowlisted: "Only those whom allowFrom names may write directly (dmPolicy: allowlist), and the sender is not among them.",
  dm_policy_pairing_required: "The sender is not known yet and has to be let in first: by allowFrom, or by approving a pairing code (dmPolicy: pairing).",
  group_policy_disabled: "Rooms are switched off there (groupPolicy: disabled).",
  group_disabled: "This room is switched off (groups.<room>.enabled: false).",
  group_not_listed: "Only the rooms that are listed under groups are answered, and this one is not.",
  group_policy_empty_allowlist: "Rooms answer to named senders alone, and nobody is named (groupAllowFrom or allowFrom is empty).",
  group_policy_not_allowlisted: "Rooms answer to named senders alone (groupPolicy: allowlist), and the sender is not among them.",
  group_mention_required: "The message did not name the agent, and in this room it has to (requireMention).",
  group_policy_open: "Everybody in the room may speak to the agent (groupPolicy: open).",
  group_policy_allowlisted: "The sender is among those who may speak to the agent in this room.",
};

export const ADMISSION_REASONS: readonly string[] = Object.keys(WORDS);

/** A reason code of admission in words; one that this version does not know is shown as it is. */
export function admissionWords(reason: string): string {
  return (Object.hasOwn(WORDS, reason) ? WORDS[reason] : undefined) ?? `The reason was ${reason}.`;
}
