import { ContinuoError } from "../../domain/errors.ts";
import { oneLine } from "../../routing/explain.ts";
import type { AudiencePeople } from "./facts.ts";
import { meantBy } from "./read.ts";
import type { AudienceMap, MapPerson } from "./map.ts";

/** One way by which `reader` can come to see what `author` said. */
export interface SharedPath {
  readonly kind: "session" | "group" | "memory" | "tools" | "owner";
  readonly reader: string;
  readonly author: string;
  readonly session?: string;
  readonly words: string;
}

export interface Between {
  /** One of them can see something that the other said. */
  readonly shares: boolean;
  readonly paths: readonly SharedPath[];
  readonly lines: readonly string[];
}

/** The error for a person typed by a name or identity that nobody who spoke has. */
export function nobodyIs(typed: string): ContinuoError {
  return new ContinuoError("PEOPLE_UNKNOWN", `Nobody who has spoken here is ${JSON.stringify(oneLine(typed))}.`, {
    fields: { cure: "Name a person of `continuo people list`, or an identity as `continuo audience` prints it: telegram:42." },
  });
}

type Named = Pick<AudiencePeople, "spell">;

function personOf(people: Named, map: AudienceMap, typed: string): MapPerson {
  const speakers = map.identities.map((identity) => {
    const person = map.people.find(({ id }) => id === identity.personId);
    // A guest's name is what the guest chose: it means nobody.
    const who = { person: person === undefined || person.role === "guest" ? null : person.name, isOwner: person?.role === "owner" };
    return { ...identity, who, at: { channel: identity.channel, account: identity.account, senderId: identity.peer } };
  });
  const meant = meantBy(people, typed, speakers);
  const ids = [...new Set(meant.map(({ personId }) => personId))];
  const found = map.people.find(({ id }) => id === ids[0]);
  if (found !== undefined && ids.length === 1) return found;
  if (found !== undefined) {
    const labels = meant.map(({ label }) => label).join(", ");
    throw new ContinuoError("REQUEST_INVALID", `${JSON.stringify(oneLine(typed))} means several people here: ${labels}.`, { fields: { cure: "Name one of these identities." } });
  }
  throw nobodyIs(typed);
}

function shownName(map: AudienceMap, { id, name, role }: MapPerson): string {
  if (role !== "guest") return oneLine(name);
  const label = map.identities.find(({ personId }) => personId === id)?.label;
  return oneLine(label === undefined || label === name ? name : `${name} (${label})`);
}

interface Pair {
  readonly reader: string;
  readonly author: string;
  readonly readerIsOwner: boolean;
}

/** What both speak in is read by both: a session's transcript is what its model sees and answers from. */
function pathsOf(map: AudienceMap, a: MapPerson, b: MapPerson, { reader, author, readerIsOwner }: Pair): SharedPath[] {
  const both = ({ people }: { readonly people: readonly string[] }): boolean => people.includes(a.id) && people.includes(b.id);
  const sessions = map.sessions.filter(both).map((session): SharedPath => {
    const label = session.label === session.key ? "" : ` (${oneLine(session.label)})`;
    const name = `${oneLine(session.key)}${label}`;
    const isRoom = session.kind !== "dm";
    const words = isRoom ? `through the room's session ${name}, in which both speak` : `through the transcript of ${name}, in which both speak`;
    return { kind: isRoom ? "group" : "session", reader, author, session: session.key, words };
  });
  const rooms = map.rooms.filter(both).map((room): SharedPath => ({ kind: "group", reader, author, words: `in the room ${oneLine(room.label)} itself, where both write and read` }));
  const owner: SharedPath[] = readerIsOwner ? [{ kind: "owner", reader, author, words: `as the owner, who can open every session` }] : [];
  return [...sessions, ...rooms, ...owner];
}

function direction(paths: readonly SharedPath[], reader: string, author: string): string[] {
  if (paths.length === 0) return [`${reader} cannot see what ${author} said: they speak in no session and no room together.`];
  const words = paths.map((path) => path.words);
  return words.length === 1 ? [`${reader} can see what ${author} said, ${words[0]}.`] : [`${reader} can see what ${author} said:`, ...words.map((way) => `  - ${way}`)];
}

function memoryLine({ memory }: AudienceMap): string {
  return memory.length === 0 ? "Memory: there is none yet, so nothing passes through it." : "Memory: it follows the sessions above.";
}

/**
 * Whether, and by which path, two people can see what the other said; both directions. `a` and `b` are names or
 * identities. Throws PEOPLE_UNKNOWN for who never spoke, REQUEST_INVALID for a name that means several. Pure.
 */
export function between(people: Named, map: AudienceMap, a: string, b: string): Between {
  const [first, second] = [personOf(people, map, a), personOf(people, map, b)];
  if (first.id === second.id) {
    const name = shownName(map, first);
    return { shares: true, paths: [], lines: [`${oneLine(a)} and ${oneLine(b)} are one and the same: ${name}.`] };
  }
  const [nameA, nameB] = [shownName(map, first), shownName(map, second)];
  const forB = pathsOf(map, first, second, { reader: nameB, author: nameA, readerIsOwner: second.role === "owner" });
  const forA = pathsOf(map, first, second, { reader: nameA, author: nameB, readerIsOwner: first.role === "owner" });
  const paths = [...forB, ...forA];
  return {
    shares: paths.length > 0,
    paths,
    lines: [...direction(forB, nameB, nameA), ...direction(forA, nameA, nameB), memoryLine(map), "Tools: none reads across sessions yet."],
  };
}
