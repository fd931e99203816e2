import type { AudienceMap, MapIdentity, MapMemory, MapPerson, MapSession } from "./map.ts";

export interface Box<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Which person's colour; null where people of several meet. */
  readonly colour: number | null;
}

export interface Link {
  readonly from: Box<unknown>;
  readonly to: Box<unknown>;
  readonly colour: number | null;
  readonly messages: number;
  /** It leads into a session that several people share. */
  readonly shared: boolean;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly people: readonly Box<MapPerson>[];
  readonly identities: readonly Box<MapIdentity>[];
  readonly sessions: readonly Box<MapSession>[];
  readonly memory: readonly Box<MapMemory>[];
  readonly links: readonly Link[];
  /** What the map holds and the picture does not. */
  readonly hidden: { readonly sessions: number; readonly identities: number };
}

export const MARGIN = 28;
export const TOP = 84;
const BOTTOM = 76;
const GAP = 12;
const PERSON_GAP = 14;
export const PERSON_HEIGHT = 46;
const IDENTITY_HEIGHT = 34;
export const SESSION_HEIGHT = 46;
const COLUMNS = { people: { x: MARGIN, width: 206 }, identities: { x: 318, width: 226 }, sessions: { x: 652, width: 400 }, memory: { x: 1140, width: 180 } } as const;
const COLOURS = 8;
const MOST_IDENTITIES = 120;

type Column = (typeof COLUMNS)[keyof typeof COLUMNS];

function middle(box: Box<unknown>): number {
  return box.y + box.height / 2;
}

/** Each as near to where it would like to be as those above it let it, and the column as a whole no lower than it must. */
function settle(wanted: readonly { readonly at: number; readonly height: number; readonly gap: number }[]): number[] {
  let next = TOP;
  const tops = wanted.map(({ at, height, gap }) => {
    const top = Math.max(next, at - height / 2);
    next = top + height + gap;
    return top;
  });
  const drift = wanted.reduce((sum, { at, height }, index) => sum + ((tops[index] ?? 0) + height / 2 - at), 0) / Math.max(1, wanted.length);
  const up = Math.min(drift, (tops[0] ?? TOP) - TOP);
  return tops.map((top) => Math.round(top - Math.max(0, up)));
}

function boxed<T>(item: T, { x, width }: Column, y: number, height: number, colour: number | null): Box<T> {
  return { item, x, y, width, height, colour };
}

function stacked(identities: readonly MapIdentity[], colourOf: (personId: string) => number): Box<MapIdentity>[] {
  const rows = Map.groupBy(identities, ({ personId }) => personId);
  let y = TOP;
  return [...rows.values()].flatMap((own) => {
    // A person's box is higher than that of one identity: it must not run into its neighbour's.
    const block = own.length * IDENTITY_HEIGHT + (own.length - 1) * (GAP - 4);
    const start = y + Math.max(0, (PERSON_HEIGHT - block) / 2);
    y += Math.max(block, PERSON_HEIGHT) + PERSON_GAP;
    return own.map((identity, index) => boxed(identity, COLUMNS.identities, start + index * (IDENTITY_HEIGHT + GAP - 4), IDENTITY_HEIGHT, colourOf(identity.personId)));
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function peopleBoxes(people: readonly MapPerson[], identities: readonly Box<MapIdentity>[], colourOf: (personId: string) => number): Box<MapPerson>[] {
  return people.flatMap((person) => {
    const own = identities.filter(({ item }) => item.personId === person.id);
    if (own.length === 0) return [];
    return [boxed(person, COLUMNS.people, Math.round(average(own.map(middle)) - PERSON_HEIGHT / 2), PERSON_HEIGHT, colourOf(person.id))];
  });
}

function sessionBoxes(sessions: readonly MapSession[], identities: readonly Box<MapIdentity>[], colourOf: (personId: string) => number): Box<MapSession>[] {
  const at = new Map(identities.map((box) => [box.item.id, middle(box)]));
  const wanted = sessions
    .map((session) => ({ session, at: average(session.speakers.flatMap((id) => at.get(id) ?? [])), height: SESSION_HEIGHT, gap: GAP }))
    .sort((a, b) => a.at - b.at);
  const tops = settle(wanted);
  return wanted.map(({ session }, index) => {
    const [only] = session.people;
    return boxed(session, COLUMNS.sessions, tops[index] ?? TOP, SESSION_HEIGHT, only === undefined || session.shared ? null : colourOf(only));
  });
}

function linksOf(map: AudienceMap, layout: Pick<Layout, "people" | "identities" | "sessions" | "memory">): Link[] {
  const boxes = new Map<string, Box<unknown>>([
    ...layout.people.map((box) => [`person ${box.item.id}`, box] as const),
    ...layout.identities.map((box) => [`identity ${box.item.id}`, box] as const),
    ...layout.sessions.map((box) => [`session ${box.item.key}`, box] as const),
  ]);
  const spoken = map.edges.flatMap(({ from, to, kind, messages }): Link[] => {
    const [start, end] = kind === "has" ? [boxes.get(`person ${from}`), boxes.get(`identity ${to}`)] : [boxes.get(`identity ${from}`), boxes.get(`session ${to}`)];
    if (start === undefined || end === undefined) return [];
    return [{ from: start, to: end, colour: start.colour, messages, shared: kind === "speaks" && end.colour === null }];
  });
  const kept = layout.memory.flatMap((to) =>
    to.item.sessions.flatMap((key): Link[] => {
      const from = boxes.get(`session ${key}`);
      return from === undefined ? [] : [{ from, to, colour: from.colour, messages: 1, shared: false }];
    }),
  );
  return [...spoken, ...kept];
}

/** Where everything stands, in pixels; the same for the same map. At most `rows` sessions, those that are shared first. */
export function layOut(map: AudienceMap, rows: number): Layout {
  const chosen = new Set([...map.sessions].sort((a, b) => Number(b.shared) - Number(a.shared)).slice(0, rows));
  const shown = map.sessions.filter((session) => chosen.has(session));
  const speakers = new Set(shown.flatMap((session) => session.speakers));
  const drawn = map.identities.filter(({ id }) => speakers.has(id)).slice(0, MOST_IDENTITIES);
  const drawnIds = new Set(drawn.map(({ id }) => id));
  const kept = shown.filter((session) => session.speakers.some((id) => drawnIds.has(id)));
  const ranks = new Map(map.people.map(({ id }, index) => [id, index % COLOURS]));
  const colourOf = (personId: string): number => ranks.get(personId) ?? 0;
  const identities = stacked(drawn, colourOf);
  const people = peopleBoxes(map.people, identities, colourOf);
  const sessions = sessionBoxes(kept, identities, colourOf);
  const memory = map.memory.slice(0, rows).map((item, index) => boxed(item, COLUMNS.memory, TOP + index * (SESSION_HEIGHT + GAP), SESSION_HEIGHT, null));
  const last = memory.length > 0 ? COLUMNS.memory : COLUMNS.sessions;
  const columns = { people, identities, sessions, memory };
  const lowest = Math.max(TOP + PERSON_HEIGHT, ...[...people, ...identities, ...sessions, ...memory].map((box) => box.y + box.height));
  const hidden = { sessions: map.more + map.sessions.length - kept.length, identities: map.identities.length - drawn.length };
  return { width: last.x + last.width + MARGIN, height: lowest + BOTTOM, ...columns, links: linksOf(map, columns), hidden };
}
