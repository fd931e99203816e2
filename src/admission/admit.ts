import { roomAccess } from "../domain/access.ts";
import { isOperatorChannel } from "../domain/address.ts";
import type { InboundMessage, Sender } from "../domain/message.ts";
import type { Admitted, Dropped } from "../domain/route.ts";
import type { SessionChoices } from "../domain/session.ts";
import { idSet, type CompiledAdmission, type Gate } from "./compile.ts";

function admitted(message: InboundMessage, reason: string, commands: boolean): Admitted {
  return { kind: "admitted", message, reason, commands };
}

function dropped(message: InboundMessage, reason: string, mayAsk = false): Dropped {
  return { kind: "dropped", message, reason, mayAsk };
}

/** Named one by one, by any of the ids of the same account: `*` names nobody. */
function isNamed(ids: ReadonlySet<string>, { id, aliases }: Sender): boolean {
  return (id !== "*" && ids.has(id)) || (aliases !== undefined && aliases.some((alias) => alias !== "*" && ids.has(alias)));
}

function admitDm(message: InboundMessage, gate: Gate, { namesOwner, isApproved }: CompiledAdmission): Admitted | Dropped {
  const { dmPolicy } = gate.policy;
  if (dmPolicy === "disabled") return dropped(message, "dm_policy_disabled");
  const { sender } = message;
  const listed = isNamed(gate.allowed, sender);
  // In a session of their own, people may use the commands; in one that they share, only who is named.
  const owner = namesOwner(message);
  const commands = listed || owner || !gate.sharesMain || isNamed(gate.commanders, sender);
  if (dmPolicy === "open") return admitted(message, "dm_policy_open", commands);
  if (listed || gate.allowed.has("*")) return admitted(message, "dm_policy_allowlisted", commands);
  // Who is named as the owner has been let in by that.
  if (owner) return admitted(message, "dm_owner", true);
  if (dmPolicy === "allowlist") return dropped(message, "dm_policy_not_allowlisted");
  // What a code has opened is this account's direct chat, and only while the policy is pairing (P38).
  if (isApproved(gate.policy.channel, gate.policy.account, sender.id)) return admitted(message, "dm_policy_paired", commands);
  return dropped(message, "dm_policy_pairing_required", sender.id !== "");
}

function admitRoom(message: InboundMessage, gate: Gate, { mentions, isOwner }: CompiledAdmission, activation: SessionChoices["activation"]): Admitted | Dropped {
  const { policy } = gate;
  if (policy.groupPolicy === "disabled") return dropped(message, "group_policy_disabled");
  const room = roomAccess(policy, message.address.chat);
  if (room?.enabled === false) return dropped(message, "group_disabled");
  const senders = room?.allowFrom === undefined ? gate.groupAllowed : idSet(policy.channel, room.allowFrom.map(String));
  const { sender } = message;
  const listed = isNamed(senders, sender);
  if (policy.groupPolicy === "allowlist") {
    // Rooms that are listed by id are the only ones, as long as there is no "*" among them.
    if (room === null && policy.groups.size > 0) return dropped(message, "group_not_listed");
    if (senders.size === 0) return dropped(message, "group_policy_empty_allowlist");
    if (!listed && !senders.has("*")) return dropped(message, "group_policy_not_allowlisted");
  }
  const named = message.mentioned || mentions.some((pattern) => pattern.test(message.text));
  const mustName = activation === undefined ? (room?.requireMention ?? true) : activation === "mention";
  if (mustName && !named) return dropped(message, "group_mention_required");
  const commands = listed || isNamed(gate.allowed, sender) || isNamed(gate.commanders, sender) || isOwner(message);
  return admitted(message, policy.groupPolicy === "open" ? "group_policy_open" : "group_policy_allowlisted", commands);
}

/**
 * Who may speak (spec 1.5). Pure. Unknown senders are not admitted; an operator's client has already
 * shown the gateway's token. What is dropped here reaches neither a session nor a model. `activation` is what was chosen
 * for the room's session; it goes before what is configured.
 */
export function admit(compiled: CompiledAdmission, message: InboundMessage, activation?: SessionChoices["activation"]): Admitted | Dropped {
  if (isOperatorChannel(message.address.channel)) return admitted(message, "operator", true);
  const gate = compiled.gate(message.address.channel, message.address.account);
  if (!gate.policy.enabled) return dropped(message, "channel_disabled");
  return message.chatKind === "dm" ? admitDm(message, gate, compiled) : admitRoom(message, gate, compiled, activation);
}
