import { roomAccess } from "../domain/access.ts";
import { isOperatorChannel } from "../domain/address.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { Admitted, Dropped } from "../domain/route.ts";
import { idSet, type CompiledAdmission, type Gate, type NamesOwner } from "./compile.ts";

function admitted(message: InboundMessage, reason: string, commands: boolean): Admitted {
  return { kind: "admitted", message, reason, commands };
}

function dropped(message: InboundMessage, reason: string, notice: string | null = null): Dropped {
  return { kind: "dropped", message, reason, notice };
}

/** Said once to a stranger: what the owner has to do, and nothing about who that is. */
function strangerNotice(message: InboundMessage): string {
  const { channel } = message.address;
  return `I do not know you yet, so I did not read your message. Ask my owner to let you in: your id here is ${channel}:${message.sender.id} (channels.${channel}.allowFrom).`;
}

/** Named one by one: `*` names nobody. */
function isNamed(ids: ReadonlySet<string>, id: string): boolean {
  return id !== "*" && ids.has(id);
}

function admitDm(message: InboundMessage, gate: Gate, namesOwner: NamesOwner): Admitted | Dropped {
  const { dmPolicy } = gate.policy;
  if (dmPolicy === "disabled") return dropped(message, "dm_policy_disabled");
  const { id } = message.sender;
  const listed = isNamed(gate.allowed, id);
  // In a session of their own, people may use the commands; in one that they share, only who is named.
  const owner = namesOwner(message);
  const commands = listed || owner || !gate.sharesMain || isNamed(gate.commanders, id);
  if (dmPolicy === "open") return admitted(message, "dm_policy_open", commands);
  if (listed || gate.allowed.has("*")) return admitted(message, "dm_policy_allowlisted", commands);
  // Who is named as the owner has been let in by that.
  if (owner) return admitted(message, "dm_owner", true);
  if (dmPolicy === "allowlist") return dropped(message, "dm_policy_not_allowlisted");
  return dropped(message, "dm_policy_pairing_required", message.sender.id === "" ? null : strangerNotice(message));
}

function admitRoom(message: InboundMessage, gate: Gate, mentions: readonly RegExp[]): Admitted | Dropped {
  const { policy } = gate;
  if (policy.groupPolicy === "disabled") return dropped(message, "group_policy_disabled");
  const room = roomAccess(policy, message.address.chat);
  if (room?.enabled === false) return dropped(message, "group_disabled");
  const senders = room?.allowFrom === undefined ? gate.groupAllowed : idSet(policy.channel, room.allowFrom.map(String));
  const { id } = message.sender;
  const listed = isNamed(senders, id);
  if (policy.groupPolicy === "allowlist") {
    // Rooms that are listed by id are the only ones, as long as there is no "*" among them.
    if (room === null && policy.groups.size > 0) return dropped(message, "group_not_listed");
    if (senders.size === 0) return dropped(message, "group_policy_empty_allowlist");
    if (!listed && !senders.has("*")) return dropped(message, "group_policy_not_allowlisted");
  }
  const named = message.mentioned || mentions.some((pattern) => pattern.test(message.text));
  if ((room?.requireMention ?? true) && !named) return dropped(message, "group_mention_required");
  const commands = listed || isNamed(gate.allowed, id) || isNamed(gate.commanders, id);
  return admitted(message, policy.groupPolicy === "open" ? "group_policy_open" : "group_policy_allowlisted", commands);
}

/**
 * Who may speak (spec 1.5). Pure. Unknown senders are not admitted; an operator's client has already
 * shown the gateway's token. What is dropped here reaches neither a session nor a model.
 */
export function admit(compiled: CompiledAdmission, message: InboundMessage): Admitted | Dropped {
  if (isOperatorChannel(message.address.channel)) return admitted(message, "operator", true);
  const gate = compiled.gate(message.address.channel, message.address.account);
  if (!gate.policy.enabled) return dropped(message, "channel_disabled");
  return message.chatKind === "dm" ? admitDm(message, gate, compiled.namesOwner) : admitRoom(message, gate, compiled.mentions);
}
