import { createHash } from "node:crypto";
import { accountsOf, enabledChannels, type Config } from "../config/index.ts";
import { accountPolicy } from "../domain/access.ts";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import type { Directory, Route } from "../domain/route.ts";
import { overlay, type PeopleChange, type Side } from "../people/index.ts";
import { compileRouting, resolveRoute, type RoutingSource } from "../routing/index.ts";
import { fileIdentities, nameKey } from "../routing/people.ts";
import { planChange, type Concerned, type Mode, type Plan, type PlannedStep, type Probe, type Routing } from "../sessions/repartition/index.ts";
import { findDirectChat } from "../store/statements/find-direct-chat.ts";
import type { ChangesParts } from "./changes-parts.ts";
import type { Draft } from "./change-wish.ts";

/** One side of a change, as routing sees it. */
function sideOf(source: RoutingSource, directory: Directory) {
  const compiled = compileRouting(source, directory);
  return {
    route: (message: InboundMessage): Route => resolveRoute(compiled, message),
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
  const from = sideOf(before, written === "before" ? directory : other);
  const to = sideOf(after, written === "before" ? other : directory);
  return { before: from.route, after: to.route, mains: { mainKeyBefore: from.mainKey, mainKeyAfter: to.mainKey } };
}

/** Where a message would go once who is who has changed so. */
export function routeWith({ settings }: ChangesParts, change: PeopleChange, message: InboundMessage): Route {
  return sideOf(settings.current().who.source, overlay(settings.directory, change)).route(message);
}

const STRANGER = "continuo-stranger";

/** Those who may write and have not yet: what somebody would read who writes tomorrow. */
function probesOf(config: Config): Probe[] {
  return enabledChannels(config).flatMap((channel) =>
    accountsOf(config, channel).flatMap((account) => {
      const { dmPolicy, allowFrom, enabled } = accountPolicy(channel, config.channels[channel], account);
      if (!enabled || dmPolicy === "disabled") return [];
      const at = account === "default" ? channel : `${channel} (${account})`;
      const open = dmPolicy === "open" || allowFrom.includes("*");
      const named = allowFrom.filter((id) => id !== "*" && id !== "").map((id) => (id.toLowerCase().startsWith(`${channel}:`) ? id.slice(channel.length + 1) : id));
      return [
        ...named.map((senderId) => ({ message: directMessage({ channel, account, senderId }), words: `${at} ${senderId}` })),
        ...(open ? [{ message: directMessage({ channel, account, senderId: STRANGER }), words: `anybody who writes on ${at}` }] : []),
      ];
    }),
  );
}

/** The accounts whose route a change of who is who may alter: those that it names, and all others of its persons. */
function concernedBy({ settings }: ChangesParts, change: PeopleChange): Concerned[] {
  const { directory } = settings;
  const { config, who } = settings.current();
  const names = new Set(change.persons.flatMap(({ before, after }) => [before?.name_key, after?.name_key]).filter((name) => name !== undefined));
  const filed = fileIdentities(who.source.session?.identityLinks).filter(({ person }) => names.has(nameKey(person)));
  return [
    ...change.identities.map(({ ref }) => ref),
    ...[...names].flatMap((name) => directory.identitiesOf(name)),
    // An id without its channel is somebody's on every one.
    ...filed.flatMap(({ channel, peer }) => (channel === "*" ? enabledChannels(config).map((name) => ({ channel: name, peer })) : [{ channel, peer }])),
  ].map(({ channel, peer }) => ({ channel, peer }));
}

/** Whoever becomes somebody's account reads there from then on, though they have not spoken yet. */
function linkedProbes({ identities }: PeopleChange): Probe[] {
  return identities.flatMap(({ ref: { channel, account, peer }, after }) =>
    after === null ? [] : [{ message: directMessage({ channel, account, senderId: peer }), words: `${channel} ${peer}` }],
  );
}

/** Those who have spoken are judged by what they said and read, not by what they might. */
async function unheard({ store }: ChangesParts, probes: readonly Probe[]): Promise<Probe[]> {
  const heard = await Promise.all(
    probes.map(({ message: { address, sender } }) => store.get(findDirectChat, { channel: address.channel, account: address.account, sender_id: sender.id })),
  );
  return probes.filter((_, index) => heard[index] === undefined);
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
function idOf({ source, people, edits }: Draft, plan: Omit<Plan, "id">): string {
  // Who goes where and who reads whom; that somebody has said one thing more meanwhile is no other plan.
  const sessions = plan.sessions.map(({ key, action, to }) => [key, action, to.map((target) => target.key)]);
  const readers = plan.readers.map(({ reader, author, session }) => [reader, author, session]);
  return createHash("sha256").update(JSON.stringify([source, saidOf(people), edits, plan.mode, sessions, readers])).digest("hex").slice(0, 16);
}

/** What a wish would do to the conversations that there are; nothing is changed. */
export async function planDraft(parts: ChangesParts, draft: Draft, mode: Mode): Promise<Plan> {
  return (await planSteps(parts, draft, mode)).plan;
}

export async function planSteps(parts: ChangesParts, draft: Draft, mode: Mode): Promise<{ readonly plan: Plan; readonly steps: readonly PlannedStep[] }> {
  const current = parts.settings.current();
  const routing = routingOf(parts, current.who.source, draft.source, draft.people, "before");
  const probes = await unheard(parts, draft.people === null ? probesOf(draft.config ?? current.config) : linkedProbes(draft.people));
  const concerning = draft.people === null ? undefined : concernedBy(parts, draft.people);
  const { steps, readersTotal: _, ...planned } = await planChange(parts.store, { ...routing, mode, affected: "all", probes, concerning });
  const plan = { ...planned, cause: draft.cause, settings: draft.settings };
  return { steps, plan: { ...plan, id: idOf(draft, plan) } };
}
