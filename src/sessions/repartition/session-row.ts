import { isOperatorChannel, sameAddress, type Address } from "../../domain/address.ts";
import type { Place } from "../../domain/message.ts";
import type { Dock } from "../../domain/session.ts";
import type { ParticipantRow, SessionRow } from "../../store/tables.ts";
import type { Placement } from "./assign.ts";

/** What one session gives to another, or keeps. */
export interface Contribution {
  readonly row: SessionRow;
  /** All of it goes there. */
  readonly whole: boolean;
  /** Of those to whom the session goes, this one gets most. */
  readonly principal: boolean;
  /** Those who go there. */
  readonly here: readonly Placement[];
  readonly everybody: readonly Placement[];
}

/** The newest of what `pick` finds. */
function newest<T, R>(items: readonly T[], timeOf: (item: T) => number, pick: (item: T) => R | null): R | null {
  for (const item of items.toSorted((a, b) => timeOf(b) - timeOf(a))) {
    const found = pick(item);
    if (found !== null) return found;
  }
  return null;
}

interface Times {
  readonly created: number;
  readonly updated: number;
  readonly interaction: number;
}

function timesOf(contribution: Contribution): Times {
  const { row, whole } = contribution;
  const rows = contribution.here.map((placement) => placement.row);
  if (whole || rows.length === 0) return { created: row.created_at, updated: row.updated_at, interaction: row.interaction_at };
  const last = Math.max(...rows.map(({ last_at }) => last_at));
  return { created: Math.min(...rows.map(({ first_at }) => first_at)), updated: last, interaction: last };
}

function titleOf(row: ParticipantRow): string | null {
  if (isOperatorChannel(row.channel)) return null;
  return row.chat_kind === "dm" ? row.sender_name : row.place === null ? null : (JSON.parse(row.place) as Place).title;
}

function displayNameOf(contribution: Contribution): string | null {
  if (contribution.whole) return contribution.row.display_name;
  return newest(contribution.here, ({ row }) => row.last_at, ({ row }) => titleOf(row));
}

interface Routed {
  readonly at: number;
  readonly route: string;
}

/** The last route goes where the one goes whose route it is; a guest's never becomes the owner's (spec 5.3). */
function routeOf(key: string, { row, whole, everybody }: Contribution): Routed | null {
  if (row.last_route === null) return null;
  const address = JSON.parse(row.last_route) as Address;
  const theirs = everybody.filter((placement) => !placement.operator && sameAddress(placement.row, address));
  const [last] = theirs.toSorted((a, b) => b.row.last_at - a.row.last_at);
  if (last === undefined) return whole ? { at: row.interaction_at, route: row.last_route } : null;
  const isTaken = last.target === key && (row.key === key || !last.after.pinned);
  return isTaken ? { at: last.row.last_at, route: row.last_route } : null;
}

/** A dock goes along with the person who docked, under the name that routing has for them now. */
function dockOf(key: string, { row, whole, everybody }: Contribution): Dock | null {
  if (row.dock === null) return null;
  const dock = JSON.parse(row.dock) as Dock;
  const theirs = everybody.filter(({ before, operator }) => (operator ? dock.audience === "owner" : before.audience === dock.audience));
  const [first] = theirs;
  if (first === undefined) return whole ? dock : null;
  if (!theirs.every(({ target }) => target === key)) return null;
  const routed = theirs.find(({ operator }) => !operator);
  return { ...dock, audience: routed?.after.audience ?? dock.audience };
}

/** The first of its people says who reads in a session, as when a first message makes one. */
function audienceOf(key: string, base: Contribution, contributions: readonly Contribution[]): string {
  const people = contributions.flatMap(({ here }) => here).filter(({ row }) => row.explicit === 0 || isOperatorChannel(row.channel));
  const audiences = new Set(people.map(({ after }) => after.audience));
  if (base.row.key === key && audiences.has(base.row.audience)) return base.row.audience;
  const [first] = people.toSorted((a, b) => a.row.first_at - b.row.first_at);
  if (first !== undefined) return first.after.audience;
  // What comes to a key by itself, with nobody who said it, is the owner's.
  return base.row.key === key || base.whole ? base.row.audience : "owner";
}

function agentOf(key: string, base: Contribution, contributions: readonly Contribution[]): string {
  const named = /^agent:([^:]+):/.exec(key)?.[1];
  if (named !== undefined) return named;
  if (base.row.key === key) return base.row.agent_id;
  const routed = contributions.flatMap(({ here }) => here).filter(({ operator }) => !operator);
  const [most] = routed.toSorted((a, b) => b.row.messages - a.row.messages);
  return most?.after.agentId ?? base.row.agent_id;
}

/** What kind of chat it was made by: of a part, the chat of the first who goes there. */
function kindOf(key: string, base: Contribution): Pick<SessionRow, "chat_kind" | "channel"> {
  const { row, whole } = base;
  const [first] = base.here.toSorted((a, b) => a.row.first_at - b.row.first_at);
  return whole || row.key === key || first === undefined ? { chat_kind: row.chat_kind, channel: row.channel } : { chat_kind: first.row.chat_kind, channel: first.row.channel };
}

/** A target's row, made of the rows of all that came there; its own goes before the others'. `contributions` is not empty. */
export function targetRow(key: string, sessionId: string, contributions: readonly Contribution[]): SessionRow {
  const byTime = contributions.toSorted((a, b) => b.row.updated_at - a.row.updated_at);
  const kept = byTime.find(({ row }) => row.key === key);
  const base = kept ?? byTime.find(({ whole }) => whole) ?? byTime[0];
  if (base === undefined) throw new Error(`nothing goes to ${key}`);
  const ordered = [base, ...byTime.filter((contribution) => contribution !== base)];
  const times = contributions.map((contribution) => timesOf(contribution));
  const docks = ordered.map((contribution) => dockOf(key, contribution));
  const dock = kept === undefined ? newest(docks.filter((one) => one !== null), ({ since }) => since, (one) => one) : docks.find((one) => one !== null);
  const routes = contributions.map((contribution) => routeOf(key, contribution)).filter((one) => one !== null);
  const first = <T>(pick: (contribution: Contribution) => T | null): T | null => ordered.map(pick).find((value) => value !== null) ?? null;
  return {
    key,
    session_id: sessionId,
    agent_id: agentOf(key, base, contributions),
    ...kindOf(key, base),
    display_name: first((contribution) => displayNameOf(contribution)),
    label: first(({ row, whole, principal }) => (whole || principal || row.key === key ? row.label : null)),
    audience: audienceOf(key, base, contributions),
    created_at: Math.min(...times.map(({ created }) => created)),
    updated_at: Math.max(...times.map(({ updated }) => updated)),
    interaction_at: Math.max(...times.map(({ interaction }) => interaction)),
    model_override: base.row.model_override,
    model_last: base.row.model_last,
    last_route: newest(routes, ({ at }) => at, ({ route }) => route),
    dock: dock ? JSON.stringify(dock) : null,
    queue: base.row.queue,
    choices: base.row.choices,
    pinned_at: first(({ row, whole, principal }) => (whole || principal || row.key === key ? row.pinned_at : null)),
    archived_at: base.row.archived_at,
    pointed_at: base.row.pointed_at,
  };
}
