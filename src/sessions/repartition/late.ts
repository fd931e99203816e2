import type { Executor } from "../../store/store.ts";
import type { ConversationRow, ParticipantRow, SessionRow } from "../../store/tables.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { listConversations } from "../../store/statements/list-conversations.ts";
import { listParticipantRows } from "../../store/statements/list-participant-rows.ts";
import type { Placement } from "./assign.ts";
import { isOperator, messageOf, speakerKey } from "./speakers.ts";
import { readTurns, type TurnEntries } from "./turns.ts";
import { breathe, type Routing } from "./types.ts";
import type { SessionsUndo } from "./undo.ts";

/** A turn that came after the change, and where routing would have had it without the change. */
export interface LateTurn {
  readonly turn: TurnEntries;
  readonly sessionId: string;
  /** The key that it was said under. */
  readonly from: string;
  readonly key: string;
}

/** What happened under a step's keys since it was done. */
export interface Since {
  readonly sessions: readonly SessionRow[];
  readonly conversations: readonly ConversationRow[];
  readonly turns: readonly LateTurn[];
  /** Whoever spoke, with as much as they said since, under the key of before. */
  readonly participants: readonly ParticipantRow[];
  /** Who spoke under a key, as routing knew them before the change. */
  placementOf(key: string, speaker: string): Placement | undefined;
  /** Where what nobody in particular said under a key goes. */
  ownersKeyOf(key: string): string;
  /** Who has ever spoken under a key. */
  participantsAt(key: string): readonly ParticipantRow[];
}

const ALL = 1_000_000_000;

interface Now {
  readonly sessions: SessionRow[];
  readonly conversations: ConversationRow[];
  readonly participants: ParticipantRow[];
}

async function readNow(tx: Executor, keys: readonly string[]): Promise<Now> {
  const now: Now = { sessions: [], conversations: [], participants: [] };
  for (const key of keys) {
    const session = await tx.get(findSession, { key });
    if (session) now.sessions.push(session);
    now.conversations.push(...(await tx.all(listConversations, { key, limit: ALL })));
    now.participants.push(...(await tx.all(listParticipantRows, { session_key: key })));
    await breathe();
  }
  return now;
}

/** The owner's words at a key go back to the main session, or to whichever one session the key was made of. */
function ownersKey(key: string, now: Now, undo: SessionsUndo, { mains }: Routing): string {
  const row = now.sessions.find((session) => session.key === key);
  const agentId = /^agent:([^:]+):/.exec(key)?.[1] ?? row?.agent_id ?? "main";
  const main = mains.mainKeyBefore(agentId);
  if (key === mains.mainKeyAfter(agentId)) return main;
  if (undo.sessions.some((session) => session.key === key)) return key;
  const [first, ...others] = undo.sessions;
  return first !== undefined && others.length === 0 ? first.key : main;
}

function since(row: ParticipantRow, counted: ReadonlyMap<string, ParticipantRow>): ParticipantRow | null {
  const known = counted.get(`${row.session_key} ${speakerKey(row)}`);
  if (known === undefined) return row;
  const messages = row.messages - known.messages;
  return messages > 0 ? { ...row, messages, first_at: Math.max(row.first_at, known.last_at) } : null;
}

/** Reads what a step's keys hold that the step did not put there. */
export async function readSince(tx: Executor, undo: SessionsUndo, routing: Routing): Promise<Since> {
  const now = await readNow(tx, undo.keys);
  const placements = new Map<string, Placement>();
  const ofOwner = (key: string): string => ownersKey(key, now, undo, routing);
  for (const row of now.participants) {
    const message = messageOf(row);
    const [before, after] = [routing.before(message), routing.after(message)];
    const operator = isOperator(row);
    // As it was before: that is how what they said is to be known again.
    const routed = before.sessionKey === after.sessionKey ? row.session_key : before.sessionKey;
    const isNamed = operator && (row.explicit !== 0 || after.sessionKey !== row.session_key);
    const target = isNamed ? ofOwner(row.session_key) : operator ? before.sessionKey : routed;
    placements.set(`${row.session_key} ${speakerKey(row)}`, { row, before, after: before, operator, target });
  }
  const byKey = Map.groupBy(now.participants, ({ session_key }) => session_key);
  const placementOf: Since["placementOf"] = (key, speaker) => placements.get(`${key} ${speaker}`);
  const known = new Map<string, number>(undo.conversations.map(({ session_id, entry_seq }) => [session_id, entry_seq]));
  for (const { sessionId, entries } of undo.made) known.set(sessionId, entries);
  const interrupted = new Map((undo.turns ?? []).map(({ id, route }) => [id, route.session_key]));
  const turns: LateTurn[] = [];
  for (const { session_id: sessionId, key, entry_seq } of now.conversations) {
    const after = known.get(sessionId) ?? 0;
    if (entry_seq <= after) continue;
    for (const turn of await readTurns(tx, sessionId, after)) {
      const target = turn.speaker === null ? undefined : placementOf(key, turn.speaker)?.target;
      // The answer to what was asked before: it follows its question.
      turns.push({ turn, sessionId, from: key, key: target ?? interrupted.get(turn.turnId ?? "") ?? ofOwner(key) });
    }
  }
  const counted = new Map(undo.counted.map((row) => [`${row.session_key} ${speakerKey(row)}`, row]));
  const participants = now.participants.flatMap((row) => {
    const said = since(row, counted);
    return said === null ? [] : [{ ...said, session_key: placementOf(row.session_key, speakerKey(row))?.target ?? ofOwner(row.session_key) }];
  });
  return { sessions: now.sessions, conversations: now.conversations, turns, participants, placementOf, ownersKeyOf: ofOwner, participantsAt: (key) => byKey.get(key) ?? [] };
}
