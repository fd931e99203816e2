import { createHash } from "node:crypto";
import type { InboundMessage } from "../domain/message.ts";
import type { Directory, Route } from "../domain/route.ts";
import { overlay, type PeopleChange, type PeopleDirectory, type Side } from "../people/index.ts";
import { compileRouting, resolveRoute, type RoutingSource } from "../routing/index.ts";
import { planChange, type Mode, type Plan, type PlannedStep, type Routing } from "../sessions/repartition/index.ts";
import { concernedBy, probesOfChange, probesOfPeople } from "./change-probes.ts";
import type { ChangesParts } from "./changes-parts.ts";
import type { Draft } from "./change-wish.ts";
import { knownBy } from "./settings.ts";

/** One side of a change, as routing sees it. */
function sideOf(source: RoutingSource, directory: Directory, aliases: PeopleDirectory) {
  const compiled = compileRouting(source, directory);
  return {
    route: (message: InboundMessage): Route => resolveRoute(compiled, knownBy(aliases, message)),
    mainKey: (agentId: string): string => (compiled.scope === "global" ? "global" : `agent:${agentId}:${compiled.main}`),
  };
}

export interface Sides {
  readonly before: { readonly source: RoutingSource; readonly people: PeopleChange | null };
  readonly after: { readonly source: RoutingSource; readonly people: PeopleChange | null };
}

/** Routing before and after a change, whichever side the tables stand on: `written` says which. */
export function routingOf({ settings }: Pick<ChangesParts, "settings">, before: RoutingSource, after: RoutingSource, people: PeopleChange | null, written: Side): Routing {
  const { directory } = settings;
  const other = people === null ? directory : overlay(directory, people, written === "before" ? "after" : "before");
  const from = sideOf(before, written === "before" ? directory : other, directory);
  const to = sideOf(after, written === "before" ? other : directory, directory);
  return { before: from.route, after: to.route, mains: { mainKeyBefore: from.mainKey, mainKeyAfter: to.mainKey } };
}

/** Where a message would go once who is who has changed so. */
export function routeWith({ settings }: ChangesParts, change: PeopleChange, message: InboundMessage): Route {
  return sideOf(settings.current().who.source, overlay(settings.directory, change), settings.directory).route(message);
}

/** A change of who is who by what it says: ids and times are made anew each time that it is wished for. */
function saidOf(people: PeopleChange | null): unknown {
  if (people === null) return null;
  const made = new Set(people.persons.flatMap(({ id, before }) => (before === null ? [id] : [])));
  const person = (row: PeopleChange["persons"][number]["after"]) => row && [row.name, row.role];
  const owner = (row: PeopleChange["identities"][number]["after"]) => row && (made.has(row.person_id) ? "new" : row.person_id);
  return [people.persons.map(({ before, after }) => [person(before), person(after)]), people.identities.map(({ ref, before, after }) => [ref, owner(before), owner(after)])];
}

/** Of what a plan was made: the same wish on the same conversations has the same id. */
function idOf({ source, people, edits }: Wished, plan: Omit<Plan, "id">): string {
  // Who goes where and who reads whom; that somebody has said one thing more meanwhile is no other plan.
  const sessions = plan.sessions.map(({ key, action, to }) => [key, action, to.map((target) => target.key)]);
  const readers = plan.readers.map(({ reader, author, session }) => [reader, author, session]);
  return createHash("sha256").update(JSON.stringify([source, saidOf(people), edits, plan.mode, sessions, readers])).digest("hex").slice(0, 16);
}

/** What a wish would do to the conversations that there are; nothing is changed. */
export async function planDraft(parts: ChangesParts, draft: Draft, mode: Mode): Promise<Plan> {
  return (await planSteps(parts, draft, mode)).plan;
}

type Wished = Pick<Draft, "cause" | "source" | "people" | "edits" | "config" | "settings">;

interface Planned {
  readonly plan: Plan;
  readonly steps: readonly PlannedStep[];
}

/** The plan with the steps that make it. */
export async function planSteps(parts: ChangesParts, draft: Wished, mode: Mode): Promise<Planned> {
  const current = parts.settings.current();
  return planWith(parts, routingOf(parts, current.who.source, draft.source, draft.people, "before"), draft, mode);
}

/** What a wish does where routing changes so. */
export async function planWith(parts: ChangesParts, routing: Routing, draft: Wished, mode: Mode): Promise<Planned> {
  const { store, settings } = parts;
  const { directory } = settings;
  const config = draft.config ?? settings.current().config;
  const facts = { store, directory, config, source: draft.source };
  const concerning = draft.people === null ? undefined : concernedBy(facts, draft.people);
  const options = { ...routing, mode, affected: "all" as const, concerning };
  const silent = concerning === undefined ? await probesOfChange(facts) : await probesOfPeople(store, concerning);
  // Most go where they went, to where nobody comes: only the others can read anything new.
  const first = await planChange(store, options);
  const reached = new Set(first.sessions.flatMap(({ to }) => to.map(({ key }) => key)));
  const probes = silent.filter(({ message }) => {
    const after = routing.after(message).sessionKey;
    return reached.has(after) || after !== routing.before(message).sessionKey;
  });
  const { steps, ...planned } = probes.length === 0 ? first : await planChange(store, { ...options, probes });
  const plan = { ...planned, cause: draft.cause, settings: draft.settings };
  return { steps, plan: { ...plan, id: idOf(draft, plan) } };
}
