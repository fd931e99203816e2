/** Makes the changes of a round, through the chat and through the operator's hands, and keeps the model beside them. */
import { systemClock } from "../../../src/domain/clock.ts";
import { isContinuoError } from "../../../src/domain/errors.ts";
import { createIds, type Ids } from "../../../src/domain/ids.ts";
import type { Wish } from "../../../src/operations/index.ts";
import { draftLink, draftUnlink } from "../../../src/people/index.ts";
import { filePeople } from "../../../src/main/file-people.ts";
import type { Action } from "./actions.ts";
import type { House } from "./house.ts";
import { agreed, areOne, given, left, personOf, scoped, sharedBy, type State } from "./model.ts";
import { IDENTITIES, isFiled, type Identity, type Spot } from "./world.ts";

type Change = Exclude<Action, { do: "say" } | { do: "restart" }>;
type Link = Extract<Action, { do: "link" }>;

export interface Changer {
  make(action: Change): Promise<void>;
  onSaid(marker: string, action: Extract<Action, { do: "say" }>): void;
  /** Nothing is under way. */
  onStill(): void;
}

const MOST_SPEAK = 4;
const MOST_TRIES = 20;

function inPrivate(identity: number): Spot {
  return { identity, room: null, thread: null };
}

/** Which words the next ones of a newly linked account must follow. */
function createMemory({ witness }: House) {
  const last = new Map<number, string>();
  const wanted = new Map<number, string>();
  /** Who has said `/new` since everything was last still: it may come into force only now. */
  const anewNow = new Set<number>();
  const homeOf = (identity: number): string => witness.homeNow(inPrivate(identity));
  return {
    onSaid(marker: string, { at, anew }: Extract<Action, { do: "say" }>): void {
      if (at.room !== null || at.thread !== null) return;
      if (anew) {
        const home = witness.homeNow(at);
        for (const known of [last, wanted]) for (const identity of known.keys()) if (homeOf(identity) === home) known.delete(identity);
        anewNow.add(at.identity);
      }
      const before = wanted.get(at.identity);
      wanted.delete(at.identity);
      if (before !== undefined) witness.demand(marker, before);
      last.set(at.identity, marker);
    },
    /** What is wanted holds as long as nothing else changes. */
    forget: () => wanted.clear(),
    onStill: () => anewNow.clear(),
    onLinked(a: number, b: number): void {
      const home = homeOf(a);
      if (homeOf(b) !== home || [...anewNow].some((identity) => homeOf(identity) === home)) return;
      for (const [one, other] of [[a, b], [b, a]] as const) {
        const marker = last.get(other);
        if (marker !== undefined) wanted.set(one, marker);
      }
    },
  };
}

/** What a changer works with. */
interface Desk {
  readonly house: House;
  readonly memory: ReturnType<typeof createMemory>;
  /** What was in force before each change that can be taken back, the newest last. */
  readonly undo: State[];
  readonly ids: Ids;
}

function stateOf({ house }: Desk): State {
  return house.witness.states.at(-1) as State;
}

/** While it is made, both are in force: some sessions are as before and some are as after. False: it was not made. */
async function during(desk: Desk, after: State, work: () => Promise<boolean>): Promise<boolean> {
  const { witness } = desk.house;
  const before = stateOf(desk);
  desk.memory.forget();
  witness.states = [before, after];
  const made = await work();
  witness.states = [made ? after : before];
  if (!made) return false;
  desk.undo.push(before);
  witness.counts.changes++;
  return true;
}

async function answered({ house }: Desk, identity: number, text: string, pattern: RegExp): Promise<string> {
  const heard = house.hears(identity, pattern);
  await house.say(text, inPrivate(identity));
  return heard;
}

/** Somebody who begins to speak just then makes a plan stale: it is looked at again. */
async function again(work: () => Promise<boolean>, tries = MOST_TRIES): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (!isContinuoError(error) || error.code !== "CHANGE_STALE") throw error;
    return tries > 1 && again(work, tries - 1);
  }
}

function apply({ house }: Desk, wish: Wish): Promise<boolean> {
  return again(async () => {
    const done = await house.current().changes.apply(wish, { approve: true });
    if (!done.applied) house.witness.faults.push("an approved change was only planned");
    return done.applied;
  });
}

function takeBack({ house }: Desk): Promise<boolean> {
  return again(async () => {
    const { changes } = house.current();
    const newest = (await changes.list()).find(({ state }) => state === "applied");
    return newest !== undefined && (await changes.rollback(newest.id, { approve: true })).applied;
  });
}

/** How it went, as it was told in a chat. */
function wasMade({ house }: Desk, text: string): boolean {
  if (!text.includes("✅") && !text.includes("Meanwhile somebody began to speak")) house.witness.faults.push(text);
  return text.includes("✅");
}

/** What is drafted is what an operation would draft. */
function drafting({ house, ids }: Desk) {
  const { store, settings } = house.current();
  return { store, ids, now: Date.now(), file: filePeople(settings.current()) };
}

function speakAll({ house }: Desk, identities: readonly number[]): void {
  identities.forEach(house.speaks);
}

/** One of them goes: then it says something, and so do those that stay. */
async function part(desk: Desk, identity: number, work: () => Promise<boolean>): Promise<void> {
  const all = [...IDENTITIES.keys()].filter((other) => areOne(stateOf(desk), identity, other)).slice(0, MOST_SPEAK);
  speakAll(desk, all);
  if (!(await during(desk, left(stateOf(desk), identity), work))) return;
  desk.house.witness.onParted(identity);
  speakAll(desk, [identity, ...all.filter((other) => other !== identity)]);
}

/** Whether the redeemer has sent the issuer's code and agreed; where a code is refused, or there is none, that is all. */
async function bringTogether(desk: Desk, { issuer, redeemer, how }: Link): Promise<boolean> {
  const shown = await answered(desk, issuer, "/link", /Your code is|Too many/);
  const code = /`([A-Z0-9]{4}-[A-Z0-9]{4})`/.exec(shown)?.[1];
  if (code === undefined) return false;
  if (how === "wrong") {
    await answered(desk, redeemer, "/link AAAA-AAAA", /no such code|Too many/);
    return false;
  }
  const asked = desk.house.hears(issuer, /has sent your code/);
  await answered(desk, redeemer, `/link ${code}`, /This links you with/);
  await asked;
  await answered(desk, redeemer, "/link yes", /Now say/);
  return true;
}

async function link(desk: Desk, action: Link): Promise<void> {
  const { house, memory } = desk;
  const { issuer, redeemer, how } = action;
  if (issuer === redeemer || areOne(stateOf(desk), issuer, redeemer)) return;
  speakAll(desk, [issuer, redeemer]);
  if (!(await bringTogether(desk, action)) || how === "silent") return;
  if (how === "no") return void (await answered(desk, issuer, "/link no", /Not linked/));
  const told = [house.hears(issuer, /✅ Linked|could not be done/), house.hears(redeemer, /✅ Linked|could not be done/)];
  const made = await during(desk, agreed(stateOf(desk), issuer, redeemer), async () => {
    await answered(desk, issuer, "/link yes", /Agreed/);
    return (await Promise.all(told)).map((text) => wasMade(desk, text)).every(Boolean);
  });
  if (!made) return;
  memory.onLinked(issuer, redeemer);
  speakAll(desk, [issuer, redeemer]);
}

function isTaken(desk: Desk, identity: number): boolean {
  return personOf(stateOf(desk), identity) !== null && !isFiled(IDENTITIES[identity] as Identity);
}

async function unlink(desk: Desk, identity: number): Promise<void> {
  if (!isTaken(desk, identity)) return void (await answered(desk, identity, "/unlink", /linked to nobody/));
  return part(desk, identity, async () => wasMade(desk, await answered(desk, identity, "/unlink", /✅ Unlinked|could not be done/)));
}

async function give(desk: Desk, { identity, name }: Extract<Change, { do: "give" }>): Promise<void> {
  if (personOf(stateOf(desk), identity) !== null) return;
  const change = await draftLink(drafting(desk), { identity: IDENTITIES[identity] as Identity, name, provedBy: "operator", displayName: null });
  await during(desk, given(stateOf(desk), identity, name), () => apply(desk, { kind: "people", change }));
}

async function take(desk: Desk, identity: number): Promise<void> {
  if (!isTaken(desk, identity)) return;
  const change = await draftUnlink(drafting(desk), IDENTITIES[identity] as Identity);
  return part(desk, identity, () => apply(desk, { kind: "people", change }));
}

async function setScope(desk: Desk, { channel, scope }: Extract<Change, { do: "scope" }>): Promise<void> {
  const state = stateOf(desk);
  const before = channel === null ? state.scope : state.channelScopes.get(channel);
  if (before === scope) return;
  const path: [string, ...string[]] = channel === null ? ["session", "dmScope"] : ["channels", channel, "dmScope"];
  await during(desk, scoped(state, channel, scope), () => apply(desk, { kind: "edits", edits: [{ path, value: scope }] }));
}

async function share(desk: Desk, { sharing }: Extract<Change, { do: "share" }>): Promise<void> {
  if (stateOf(desk).sharing === sharing) return;
  const edits = [
    { path: ["session", "groupScope"] as const, value: sharing === "rooms" ? "main" : "per-group" },
    { path: ["session", "scope"] as const, value: sharing === "all" ? "global" : "per-sender" },
  ];
  await during(desk, sharedBy(stateOf(desk), sharing), () => apply(desk, { kind: "edits", edits }));
}

async function rollBack(desk: Desk): Promise<void> {
  const { undo } = desk;
  const before = undo.pop();
  if (before === undefined) return;
  if (!(await during(desk, before, () => takeBack(desk)))) return void undo.push(before);
  // What was taken back cannot be taken back again.
  undo.pop();
}

async function make(desk: Desk, action: Change): Promise<void> {
  switch (action.do) {
    case "link":
      return link(desk, action);
    case "unlink":
      return unlink(desk, action.identity);
    case "give":
      return give(desk, action);
    case "take":
      return take(desk, action.identity);
    case "scope":
      return setScope(desk, action);
    case "share":
      return share(desk, action);
    case "rollback":
      return rollBack(desk);
  }
}

export function createChanger(house: House): Changer {
  const memory = createMemory(house);
  const desk: Desk = { house, memory, undo: [], ids: createIds(systemClock) };
  return { make: (action) => make(desk, action), onSaid: memory.onSaid, onStill: memory.onStill };
}
