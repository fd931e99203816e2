import type { Executor } from "../../store/store.ts";
import type { ConversationRow, ParticipantRow, SessionRow } from "../../store/tables.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { listConversations } from "../../store/statements/list-conversations.ts";
import { listParticipantRows } from "../../store/statements/list-participant-rows.ts";
import { assign, targetsOf, type Assignment } from "./assign.ts";
import { inOrder, readTurns, type TurnEntries } from "./turns.ts";
import { breathe, type Affected, type Routing } from "./types.ts";

/** A session that a step looks at, with all that is under its key. */
export interface Source {
  readonly row: SessionRow;
  readonly participants: readonly ParticipantRow[];
  readonly conversations: readonly ConversationRow[];
  readonly assignment: Assignment;
}

/** What of one conversation goes to one target. */
export interface Part {
  readonly source: Source;
  readonly conversation: ConversationRow;
  /** All of it goes there: it may keep its session id. */
  readonly whole: boolean;
  /** Null: not read yet. */
  readonly turns: readonly TurnEntries[] | null;
}

/** What comes together under one key. */
export interface Gathering {
  readonly key: string;
  readonly currents: Part[];
  readonly ended: Part[];
}

/** More session ids than a key can have. */
const ALL = 1_000_000_000;

async function readSource(tx: Executor, key: string, routing: Routing, affected: Affected | "none"): Promise<Source | null> {
  const row = await tx.get(findSession, { key });
  if (row === undefined) return null;
  const participants = await tx.all(listParticipantRows, { session_key: key });
  const conversations = (await tx.all(listConversations, { key, limit: ALL })).toReversed();
  const assignment = assign({ key, agentId: row.agent_id }, participants, routing, affected === "none" ? () => false : affected);
  if (affected !== "none") return { row, participants, conversations, assignment };
  const placements = new Map([...assignment.placements].map(([speaker, placement]) => [speaker, { ...placement, target: key }]));
  return { row, participants, conversations, assignment: { ...assignment, home: key, placements } };
}

export interface Sources {
  readonly byKey: ReadonlyMap<string, Source>;
  /** The keys to which somebody goes. */
  readonly targets: ReadonlySet<string>;
}

/** The step's sessions, and those that are already there under the keys that they go to. */
export async function readSources(tx: Executor, keys: readonly string[], routing: Routing, affected: Affected = "all"): Promise<Sources> {
  const sources = new Map<string, Source>();
  for (const key of keys) {
    const source = await readSource(tx, key, routing, affected);
    if (source) sources.set(key, source);
    await breathe();
  }
  const leading = [...sources.values()].map(({ assignment }) => assignment);
  const targets = new Set(leading.flatMap(targetsOf));
  const owners = leading.flatMap(({ home, ownerKey }) => (home === null ? [ownerKey] : []));
  for (const key of new Set([...targets, ...owners])) {
    const there = sources.has(key) ? null : await readSource(tx, key, routing, "none");
    if (there) sources.set(key, there);
  }
  return { byKey: sources, targets };
}

interface Divided {
  readonly target: string;
  readonly turns: TurnEntries[];
  /** Nobody in particular said it: kept as an earlier conversation of the owner's. */
  readonly archived: boolean;
}

/**
 * Parts a conversation by whose question each turn is. What nobody asked goes along where all goes to one place, and
 * to the owner alone otherwise. A summary goes along with a part and is set aside there (write.ts): shown, it would carry
 * the words of one person to another.
 */
function divide({ assignment }: Source, turns: readonly TurnEntries[], targets: ReadonlySet<string>): Divided[] {
  const parts = new Map<string, TurnEntries[]>();
  const orphans: TurnEntries[] = [];
  for (const turn of turns) {
    const placement = turn.speaker === null ? undefined : assignment.placements.get(turn.speaker);
    if (placement === undefined) orphans.push(turn);
    else {
      const theirs = parts.get(placement.target) ?? [];
      theirs.push(turn);
      parts.set(placement.target, theirs);
    }
  }
  const [only] = parts.keys();
  if (parts.size === 1 && only !== undefined) return [{ target: only, turns: [...turns], archived: false }];
  // A line of the house holds nobody's words: it stays with a part of its conversation.
  const [first] = parts.values();
  const said = first === undefined ? orphans : orphans.filter(({ entries }) => entries.some(({ role }) => role !== "system"));
  if (first !== undefined) for (const line of orphans) if (!said.includes(line)) first.push(line);
  const divided = [...parts].map(([target, theirs]) => ({ target, turns: inOrder(theirs), archived: false }));
  if (said.length === 0) return divided;
  const { ownerKey } = assignment;
  const own = divided.find(({ target }) => target === ownerKey);
  if (own === undefined) return [...divided, { target: ownerKey, turns: said, archived: !targets.has(ownerKey) }];
  return divided.map((part) => (part === own ? { ...part, turns: inOrder([...own.turns, ...said]) } : part));
}

/** Which part of what goes where. */
export async function distribute(tx: Executor, { byKey, targets }: Sources): Promise<Map<string, Gathering>> {
  const gatherings = new Map<string, Gathering>();
  const at = (key: string): Gathering => {
    const known = gatherings.get(key) ?? { key, currents: [], ended: [] };
    gatherings.set(key, known);
    return known;
  };
  for (const key of targets) at(key);
  for (const source of byKey.values()) {
    const { home } = source.assignment;
    if (home !== null) at(home);
    for (const conversation of source.conversations) {
      const isCurrent = conversation.session_id === source.row.session_id;
      const add = (target: string, whole: boolean, turns: readonly TurnEntries[] | null, archived: boolean): void => {
        const { currents, ended } = at(target);
        (isCurrent && !archived ? currents : ended).push({ source, conversation, whole, turns });
      };
      if (home !== null) add(home, true, null, false);
      else {
        const turns = await readTurns(tx, conversation.session_id);
        const parts = divide(source, turns, targets);
        for (const part of parts) add(part.target, parts.length === 1, part.turns, part.archived);
      }
    }
  }
  return gatherings;
}

/** Nothing comes to this key that is not there, and nothing leaves it. */
export function isUntouched({ key, currents, ended }: Gathering, sources: ReadonlyMap<string, Source>): boolean {
  const source = sources.get(key);
  return source?.assignment.home === key && [...currents, ...ended].every((part) => part.source.row.key === key);
}
