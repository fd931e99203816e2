import type { ModelRequest } from "../agent/providers/provider.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import type { Turn, TurnResult } from "../domain/turn.ts";
import { isInside } from "../routing/audience.ts";
import type { Store } from "../store/store.ts";
import { findCanary } from "../store/statements/find-canary.ts";
import { recordEvent } from "../store/ledger.ts";
import { isSameAccount } from "./guard.ts";
import type { TurnSettings } from "./turn-settings.ts";
import { toAddress } from "../store/rows.ts";
import type { InboundMessage } from "../domain/message.ts";

/** What the continuous self-test has seen since the start. */
export interface CanaryCount {
  requests: number;
  markers: number;
  breaches: number;
}

export interface CanaryParts {
  readonly store: Store;
  readonly settings: TurnSettings;
  readonly canaries: CanaryWatch;
}

export interface CanaryWatch {
  readonly count: CanaryCount;
  onBreach(turn: Turn, where: string): void;
}

export const MARKER = /cnry-[0-9a-f]{16}/g;

const SHOWN = /\s*\[ref cnry-[0-9a-f]{16}\]/g;

/** Markers are for the machine: a model that repeats its own is not quoted. */
export function withoutMarkers(text: string): string {
  return text.includes("cnry-") ? text.replace(SHOWN, "").replace(MARKER, "") : text;
}

/**
 * Looks for markers that must not be where they are: in a model's request, or in a reply. A marker is at home where
 * its speaker's words may be read by whoever reads the answer. Throws WALL_BREACHED: nothing of it is sent.
 */
export async function checkMarkers(parts: CanaryParts, turn: Turn, where: "request" | "reply", text: string): Promise<void> {
  const [item] = turn.items;
  if (item === undefined || parts.settings.canary(item.message) === null) return;
  const markers = new Set(text.match(MARKER));
  parts.canaries.count.requests += where === "request" ? 1 : 0;
  parts.canaries.count.markers += markers.size;
  if (item.shared) return;
  for (const marker of markers) {
    const planted = await parts.store.get(findCanary, { canary: marker });
    // One that nobody planted is a word like any other.
    if (!planted) continue;
    const sender = { id: planted.sender_id, name: null, username: null };
    const kind = planted.chat_kind as InboundMessage["chatKind"];
    const at: InboundMessage = { address: toAddress(planted), chatKind: kind, sender, messageId: null, text: "", mentioned: true, sentAt: 0, place: null, target: null };
    const home = isSameAccount(turn, { senderId: planted.sender_id, channel: planted.channel }) || isInside(turn.reply.audience, parts.settings.audience(at));
    if (home) continue;
    parts.canaries.count.breaches++;
    await recordEvent(parts.store, { at: turn.startedAt, kind: "canary.breach", session_key: turn.sessionKey, data: { marker, where, turnId: turn.id, plantedIn: planted.session_key } });
    parts.canaries.onBreach(turn, where);
    throw new ContinuoError("WALL_BREACHED", "This answer was stopped: something of another person had come near it.", { fields: { where, turnId: turn.id } });
  }
}

/** The same of all that a model is shown. */
export function checkRequest(parts: CanaryParts, turn: Turn, { system, messages }: ModelRequest): Promise<void> {
  return checkMarkers(parts, turn, "request", [system, ...messages.map(({ text }) => text)].join("\n"));
}

/** An answer that carries somebody else's marker is no answer; its own are taken out of it. */
export async function unmarked(parts: CanaryParts, turn: Turn, result: TurnResult): Promise<TurnResult> {
  if (!result.text.includes("cnry-")) return result;
  try {
    await checkMarkers(parts, turn, "reply", result.text);
    return { ...result, text: withoutMarkers(result.text) };
  } catch (error) {
    return { kind: "failed", text: "", error: toContinuoError(error) };
  }
}
