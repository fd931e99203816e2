import type { Ids } from "../../domain/ids.ts";
import type { Executor } from "../../store/store.ts";
import { NEW_CONVERSATION } from "../../store/kept-rows.ts";
import type { ConversationRow, SessionRow } from "../../store/tables.ts";
import { toAddress } from "../../store/rows.ts";
import { deleteConversation } from "../../store/statements/delete-conversation.ts";
import { deleteSession } from "../../store/statements/delete-session.ts";
import { findConversation } from "../../store/statements/find-conversation.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { putConversation } from "../../store/statements/put-conversation.ts";
import { putSession } from "../../store/statements/put-session.ts";
import { renameConversationEntries } from "../../store/statements/rename-conversation-entries.ts";
import type { LateTurn, Since } from "./late.ts";
import { isOperator } from "./speakers.ts";
import { inOrder } from "./turns.ts";
import { append } from "./write.ts";

export interface GiveBack {
  readonly tx: Executor;
  readonly ids: Ids;
  readonly now: number;
  readonly since: Since;
  /** Turns that still wait for their answer. */
  readonly waiting: ReadonlySet<string>;
}

/** A session for those whom there would have been one for, without the change. */
function newSession({ ids, now, since }: GiveBack, key: string, late: LateTurn | undefined): SessionRow {
  const asked = late === undefined || late.turn.speaker === null ? undefined : since.placementOf(late.from, late.turn.speaker);
  const was = since.sessions.find((session) => session.key === late?.from);
  const began = asked?.row.first_at ?? was?.created_at ?? now;
  return {
    key,
    session_id: ids.uuid(),
    agent_id: /^agent:([^:]+):/.exec(key)?.[1] ?? asked?.before.agentId ?? was?.agent_id ?? "main",
    chat_kind: asked?.row.chat_kind ?? was?.chat_kind ?? "dm",
    channel: asked?.row.channel ?? was?.channel ?? "",
    display_name: asked?.row.chat_kind === "dm" ? asked.row.sender_name : null,
    label: null,
    audience: asked?.before.audience ?? "owner",
    created_at: began,
    updated_at: began,
    interaction_at: began,
    model_override: null,
    model_last: null,
    last_route: null,
    dock: null,
    queue: null,
    choices: null,
    pinned_at: null,
    archived_at: null,
    pointed_at: null,
  };
}

/** Where what was said since the change goes on: the session as it is again, or a new one. */
async function openAt(give: GiveBack, key: string, late: LateTurn | undefined): Promise<{ session: SessionRow; conversation: ConversationRow }> {
  const there = await give.tx.get(findSession, { key });
  const current = there && (await give.tx.get(findConversation, { session_id: there.session_id }));
  if (there && current) return { session: there, conversation: current };
  const session = newSession(give, key, late);
  const counted = { entry_seq: 0, leaf_id: null, message_count: 0, preview: null, usage: null, ...NEW_CONVERSATION };
  const began = { began_at: session.created_at, began_reason: "repartitioned", ended_at: null, ended_reason: null };
  return { session, conversation: { session_id: session.session_id, key, ...began, ...counted } };
}

/** A conversation as it was, under another session id: what was read of it since must not be taken for it. */
async function rename({ tx, ids }: GiveBack, conversation: ConversationRow, session: SessionRow | undefined): Promise<ConversationRow> {
  const renamed = { ...conversation, session_id: ids.uuid() };
  await tx.run(renameConversationEntries, { session_id: conversation.session_id, to: renamed.session_id, upto: conversation.entry_seq });
  await tx.run(deleteConversation, { session_id: conversation.session_id });
  await tx.run(putConversation, renamed);
  if (session?.session_id === conversation.session_id) {
    await tx.run(deleteSession, { key: session.key });
    await tx.run(putSession, { ...session, session_id: renamed.session_id });
  }
  return renamed;
}

function idsOf(turns: readonly LateTurn[]): string {
  return turns.flatMap(({ turn }) => turn.entries.map(({ id }) => id)).join(" ");
}

/**
 * What of a conversation's tail does not simply follow on it has to leave it. Its earlier part gets another session
 * id then: a session id only ever grows, and somebody may have read the tail under this one.
 */
async function withoutTails(give: GiveBack, byKey: ReadonlyMap<string, readonly LateTurn[]>): Promise<void> {
  const tails = Map.groupBy(give.since.turns, ({ sessionId }) => sessionId);
  for (const [sessionId, tail] of tails) {
    const conversation = await give.tx.get(findConversation, { session_id: sessionId });
    if (conversation === undefined) continue;
    const session = await give.tx.get(findSession, { key: conversation.key });
    // A line that closed the conversation is gone: what came after it has to move up, and nobody may have read it further down.
    const isNext = tail.flatMap(({ turn }) => turn.entries).every(({ seq }, index) => seq === conversation.entry_seq + index + 1);
    const follows = isNext && session?.session_id === sessionId && idsOf(byKey.get(conversation.key) ?? []) === idsOf(tail);
    if (!follows) await rename(give, conversation, session);
  }
}

/** The row after what was said since: when its people spoke last, and from where. */
function touched({ since }: GiveBack, session: SessionRow): SessionRow {
  const spoke = since.participants.filter((row) => row.session_key === session.key).toSorted((a, b) => b.last_at - a.last_at);
  const [last] = spoke;
  const moved = spoke.find((row) => !isOperator(row));
  return {
    ...session,
    updated_at: Math.max(session.updated_at, last?.last_at ?? 0),
    interaction_at: Math.max(session.interaction_at, last?.last_at ?? 0),
    last_route: session.last_route ?? (moved === undefined ? null : JSON.stringify(toAddress(moved))),
  };
}

/** Puts what was said since the change where routing would have had it: at the end of the conversation that is current there. */
export async function giveBackLate(give: GiveBack): Promise<void> {
  const { tx, since } = give;
  const sorted = new Map(since.turns.map((late) => [late.turn, late]));
  const ordered = inOrder([...sorted.keys()], give.waiting).flatMap((turn) => sorted.get(turn) ?? []);
  const byKey = Map.groupBy(ordered, ({ key }) => key);
  await withoutTails(give, byKey);
  for (const [key, late] of byKey) {
    const { session, conversation } = await openAt(give, key, late[0]);
    const to = { key, sessionId: conversation.session_id, audience: session.audience, seq: conversation.entry_seq, leafId: conversation.leaf_id };
    const turns = late.map(({ turn, from }) => ({ turn, whoAsked: (speaker: string) => since.placementOf(from, speaker) }));
    const done = await append({ tx, changeId: "late", number: 0 }, turns, to);
    const counted = { entry_seq: conversation.entry_seq + done.entries, message_count: conversation.message_count + done.messages, leaf_id: done.leafId, preview: conversation.preview ?? done.preview };
    await tx.run(deleteConversation, { session_id: conversation.session_id });
    await tx.run(putConversation, { ...conversation, ...counted });
    await tx.run(deleteSession, { key });
    await tx.run(putSession, touched(give, session));
  }
}
