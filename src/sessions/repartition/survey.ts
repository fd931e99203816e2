import type { Executor } from "../../store/store.ts";
import type { ParticipantRow } from "../../store/tables.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { listAgentsWithSessions } from "../../store/statements/list-agents-with-sessions.ts";
import { listSenderParticipants } from "../../store/statements/list-sender-participants.ts";
import { listParticipantRows } from "../../store/statements/list-participant-rows.ts";
import { pageParticipants } from "../../store/statements/page-participants.ts";
import { assign, targetsOf, type Assignment } from "./assign.ts";
import { breathe, PAGE, type Affected, type Routing } from "./types.ts";

/** Who goes where of all who ever spoke. */
export interface Survey {
  /** Sessions of which something goes elsewhere. */
  readonly leaving: ReadonlyMap<string, Assignment>;
  /** Sessions that are where somebody goes, and stay there themselves. */
  readonly there: ReadonlyMap<string, Assignment>;
  readonly stays: number;
}

export interface SurveyOptions extends Routing {
  readonly affected: Affected;
  /** Only the sessions in which these have spoken are looked at: nobody else's route is another one. Unset: all. */
  readonly concerning?: readonly Concerned[] | undefined;
  /** Told how many participants were looked at. */
  readonly onPage?: ((participants: number) => void) | undefined;
}

/** An account whose route a change may alter. */
export interface Concerned {
  readonly channel: string;
  readonly peer: string;
}

/** More places than anybody speaks in. */
const EVERYWHERE = 1_000_000;

/** The sessions of some, with all who spoke in them: what a change of one person costs does not grow with the house. */
async function* sessionsWith(store: Executor, concerning: readonly Concerned[], onPage: SurveyOptions["onPage"]): AsyncGenerator<[string, ParticipantRow[]]> {
  const keys = new Set<string>();
  for (const { channel, peer } of concerning) {
    for (const row of await store.all(listSenderParticipants, { channel, sender_id: peer, limit: EVERYWHERE })) keys.add(row.session_key);
  }
  let seen = 0;
  for (const key of [...keys].toSorted()) {
    const rows = await store.all(listParticipantRows, { session_key: key });
    onPage?.((seen += rows.length));
    yield [key, rows];
    await breathe();
  }
}

/** Every session with all who spoke in it, in the order of their keys. */
async function* sessionsOf(store: Executor, onPage: SurveyOptions["onPage"]): AsyncGenerator<[string, ParticipantRow[]]> {
  let after = { session_key: "", channel: "", account: "", chat: "", thread_key: "", sender_id: "" };
  let open: ParticipantRow[] = [];
  for (let seen = 0; ; await breathe()) {
    const rows = await store.all(pageParticipants, { ...after, limit: PAGE });
    for (const row of rows) {
      const [first] = open;
      if (first !== undefined && first.session_key !== row.session_key) {
        yield [first.session_key, open];
        open = [];
      }
      open.push(row);
      after = row;
    }
    onPage?.((seen += rows.length));
    if (rows.length < PAGE) break;
  }
  const [last] = open;
  if (last !== undefined) yield [last.session_key, open];
}

async function agentOf(store: Executor, key: string): Promise<string> {
  return /^agent:([^:]+):/.exec(key)?.[1] ?? (await store.get(findSession, { key }))?.agent_id ?? "main";
}

/** What the session's people say about it, when it is there at all. */
export async function lookAt(store: Executor, key: string, routing: Routing, affected: Affected): Promise<Assignment | null> {
  const row = await store.get(findSession, { key });
  if (row === undefined) return null;
  return assign({ key, agentId: row.agent_id }, await store.all(listParticipantRows, { session_key: key }), routing, affected);
}

/** Main sessions in which nobody spoke yet get their new key all the same. */
async function silentMains(store: Executor, { mains, ...routers }: SurveyOptions, leaving: Map<string, Assignment>): Promise<void> {
  for (const { agent_id: agentId } of await store.all(listAgentsWithSessions, {})) {
    const key = mains.mainKeyBefore(agentId);
    if (key === mains.mainKeyAfter(agentId) || leaving.has(key)) continue;
    const found = await lookAt(store, key, { mains, ...routers }, "all");
    if (found !== null && found.placements.size === 0 && found.home !== key) leaving.set(key, found);
  }
}

/** Reads who spoke where, and asks the routing of before and after about each. Writes nothing. */
export async function survey(store: Executor, options: SurveyOptions): Promise<Survey> {
  const leaving = new Map<string, Assignment>();
  let stays = 0;
  const { concerning, onPage } = options;
  for await (const [key, rows] of concerning === undefined ? sessionsOf(store, onPage) : sessionsWith(store, concerning, onPage)) {
    const assignment = assign({ key, agentId: await agentOf(store, key) }, rows, options, options.affected);
    if (assignment.home === key) stays++;
    else if ((await store.get(findSession, { key })) !== undefined) leaving.set(key, assignment);
  }
  await silentMains(store, options, leaving);
  const there = new Map<string, Assignment>();
  for (const key of new Set([...leaving.values()].flatMap(targetsOf))) {
    const found = leaving.has(key) ? null : await lookAt(store, key, options, () => false);
    if (found !== null) there.set(key, { ...found, home: key });
  }
  return { leaving, there, stays };
}
