import { isOperatorChannel } from "../domain/address.ts";
import type { Language } from "../domain/language.ts";
import type { SessionChoices } from "../domain/session.ts";
import type { InboxItem } from "../domain/turn.ts";
import { deviceOf, missedSince, readerWho, type Reader } from "../sessions/reads.ts";
import type { Executor } from "../store/store.ts";
import { say } from "../texts/index.ts";

/** What whoever writes from another device than before is told first. */
export interface CatchUp {
  readonly turns: number;
  /** Where most of it was said. */
  readonly channel: string;
}

/** Clients show by themselves what is new, and in a room everybody has read everything. */
export function readerOfTurn(asked: InboxItem, choices: SessionChoices, configured: boolean): Reader | null {
  const { address, chatKind } = asked.message;
  const isOn = choices.catchUp === undefined ? configured : choices.catchUp === "on";
  if (!isOn || chatKind !== "dm" || isOperatorChannel(address.channel)) return null;
  return { key: asked.sessionKey, who: readerWho(address.channel, asked.audience), device: deviceOf(address) };
}

/** What they said elsewhere since they were here; null for nothing. Before the turn's own words are in the transcript. */
export async function catchUpOf(tx: Executor, reader: Reader | null, sessionId: string): Promise<CatchUp | null> {
  if (reader === null) return null;
  const { turns, channels } = await missedSince(tx, reader, sessionId, true);
  const [most] = channels;
  return most === undefined || turns === 0 ? null : { turns, channel: most.channel };
}

export function catchUpText(language: Language, { turns, channel }: CatchUp): string {
  return say(language, isOperatorChannel(channel) ? "catch-up.here" : "catch-up.channel", { turns, channel });
}
