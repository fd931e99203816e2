import { isOperatorChannel, OPERATOR_CHANNELS, type Address } from "../domain/address.ts";
import type { Executor } from "../store/store.ts";
import { countTurnsSince } from "../store/statements/count-turns-since.ts";
import { findConversationEnd } from "../store/statements/find-conversation-end.ts";
import { findReadMark } from "../store/statements/find-read-mark.ts";
import { forgetReadMarks } from "../store/statements/forget-read-marks.ts";
import { upsertReadMark } from "../store/statements/upsert-read-mark.ts";

/** Somebody's device, as it reads a session. */
export interface Reader {
  readonly key: string;
  /** As routing names the person; every operator's client is the owner's. */
  readonly who: string;
  /** A chat of a channel, or what a client calls itself. */
  readonly device: string;
}

export interface ReadMark {
  readonly sessionId: string;
  readonly seq: number;
  readonly at: number;
}

/** What happened in the conversation after a mark. */
export interface Missed {
  readonly mark: ReadMark | null;
  readonly turns: number;
  readonly channels: readonly { readonly channel: string; readonly turns: number }[];
}

const OWNER = "owner";
/** More than anybody is told one by one. */
const MOST = 500;

/** A chat of a channel is a device of whoever writes there. */
export function deviceOf({ channel, account, chat, thread }: Address): string {
  return JSON.stringify([channel, account, chat, thread]);
}

export function readerWho(channel: string, audience: string): string {
  return isOperatorChannel(channel) ? OWNER : audience;
}

/** Notes how far somebody has read; a client may only say so of a place that is there. */
async function markRead(tx: Executor, { key, who, device }: Reader, { sessionId, seq, at }: ReadMark): Promise<void> {
  await tx.run(upsertReadMark, { session_key: key, who, device, session_id: sessionId, seq, at });
}

/** Each browser that was ever opened is a device: one that stayed away for so long reads from the beginning, should it come back. */
const FORGOTTEN_MS = 180 * 86_400_000;

/** The same of a client, which may call itself anything. */
export async function markClientRead(tx: Executor, reader: Reader, mark: ReadMark): Promise<void> {
  await markRead(tx, reader, mark);
  await tx.run(forgetReadMarks, { session_key: reader.key, who: reader.who, before: mark.at - FORGOTTEN_MS });
}

/** Notes that somebody has read all that is there, as one does who is being answered. */
export async function markAllRead(tx: Executor, reader: Reader, sessionId: string, at: number): Promise<void> {
  const end = await tx.get(findConversationEnd, { session_id: sessionId });
  if (end !== undefined) await markRead(tx, reader, { sessionId, seq: end.entry_seq, at });
}

/**
 * What was said in a conversation since a device stopped reading it; a conversation that began since was read nowhere yet.
 * `own`: only what the reader said, on whatever device: in a conversation that several share, the others' turns are no news of
 * theirs.
 */
export async function missedSince(store: Executor, { key, who, device }: Reader, sessionId: string, own: boolean): Promise<Missed> {
  const row = await store.get(findReadMark, { session_key: key, who, device });
  if (row === undefined) return { mark: null, turns: 0, channels: [] };
  const after = row.session_id === sessionId ? row.seq : 0;
  const channels = await store.all(countTurnsSince, { session_id: sessionId, after, who: own ? who : "", and_on: own && who === OWNER ? `,${OPERATOR_CHANNELS.join(",")},` : "", limit: MOST });
  return { mark: { sessionId: row.session_id, seq: row.seq, at: row.at }, turns: channels.reduce((sum, { turns }) => sum + turns, 0), channels };
}
