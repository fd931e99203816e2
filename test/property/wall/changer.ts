/** Makes the changes of a round, through the chat and through the operator's hands, and keeps the model beside them. */
import { systemClock } from "../../../src/domain/clock.ts";
import { isContinuoError } from "../../../src/domain/errors.ts";
import { createIds } from "../../../src/domain/ids.ts";
import type { Wish } from "../../../src/operations/index.ts";
import { draftLink, draftUnlink } from "../../../src/people/index.ts";
import { filePeople } from "../../../src/main/file-people.ts";
import type { Action } from "./actions.ts";
import { agreed, areOne, given, left, personOf, scoped, type State } from "./model.ts";
import type { House } from "./round.ts";
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

export function createChanger(house: House): Changer {
  const { witness } = house;
  const memory = createMemory(house);
  const undo: State[] = [];
  const ids = createIds(systemClock);
  const now = (): State => witness.states.at(-1) as State;

  /** While it is made, both are in force: some sessions are as before and some are as after. False: it was not made. */
  const during = async (after: State, work: () => Promise<boolean>): Promise<boolean> => {
    const before = now();
    memory.forget();
    witness.states = [before, after];
    const made = await work();
    witness.states = [made ? after : before];
    if (!made) return false;
    undo.push(before);
    witness.counts.changes++;
    return true;
  };

  const answered = async (identity: number, text: string, pattern: RegExp): Promise<string> => {
    const heard = house.hears(identity, pattern);
    await house.say(text, inPrivate(identity));
    return heard;
  };

  /** Somebody who begins to speak just then makes a plan stale: it is looked at again. */
  const again = async (work: () => Promise<boolean>, tries = MOST_TRIES): Promise<boolean> => {
    try {
      return await work();
    } catch (error) {
      if (!isContinuoError(error) || error.code !== "CHANGE_STALE") throw error;
      return tries > 1 && again(work, tries - 1);
    }
  };

  const apply = (wish: Wish): Promise<boolean> =>
    again(async () => {
      const done = await house.current().changes.apply(wish, { approve: true });
      if (!done.applied) witness.faults.push("an approved change was only planned");
      return done.applied;
    });

  const takeBack = (): Promise<boolean> =>
    again(async () => {
      const { changes } = house.current();
      const newest = (await changes.list()).find(({ state }) => state === "applied");
      return newest !== undefined && (await changes.rollback(newest.id, { approve: true })).applied;
    });

  /** How it went, as it was told in a chat. */
  const wasMade = (text: string): boolean => {
    if (!text.includes("✅") && !text.includes("Meanwhile somebody began to speak")) witness.faults.push(text);
    return text.includes("✅");
  };

  /** What is drafted is what an operation would draft. */
  const drafting = () => {
    const { store, settings } = house.current();
    return { store, ids, now: Date.now(), file: filePeople(settings.current()) };
  };

  const speakAll = (identities: readonly number[]): void => identities.forEach(house.speaks);

  /** One of them goes: then it says something, and so do those that stay. */
  const part = async (identity: number, work: () => Promise<boolean>): Promise<void> => {
    const all = [...IDENTITIES.keys()].filter((other) => areOne(now(), identity, other)).slice(0, MOST_SPEAK);
    speakAll(all);
    if (!(await during(left(now(), identity), work))) return;
    witness.onParted(identity);
    speakAll([identity, ...all.filter((other) => other !== identity)]);
  };

  const link = async ({ issuer, redeemer, how }: Link): Promise<void> => {
    if (issuer === redeemer || areOne(now(), issuer, redeemer)) return;
    speakAll([issuer, redeemer]);
    const shown = await answered(issuer, "/link", /Your code is|Too many/);
    const code = /`([A-Z0-9]{4}-[A-Z0-9]{4})`/.exec(shown)?.[1];
    if (code === undefined) return;
    if (how === "wrong") return void (await answered(redeemer, "/link AAAA-AAAA", /no such code|Too many/));
    const asked = house.hears(issuer, /has sent your code/);
    await answered(redeemer, `/link ${code}`, /This links you with/);
    await asked;
    await answered(redeemer, "/link yes", /Now say/);
    if (how === "silent") return;
    if (how === "no") return void (await answered(issuer, "/link no", /Not linked/));
    const told = [house.hears(issuer, /✅ Linked|could not be done/), house.hears(redeemer, /✅ Linked|could not be done/)];
    const made = await during(agreed(now(), issuer, redeemer), async () => {
      await answered(issuer, "/link yes", /Agreed/);
      return (await Promise.all(told)).map(wasMade).every(Boolean);
    });
    if (!made) return;
    memory.onLinked(issuer, redeemer);
    speakAll([issuer, redeemer]);
  };

  const isTaken = (identity: number): boolean => personOf(now(), identity) !== null && !isFiled(IDENTITIES[identity] as Identity);

  const make = async (action: Change): Promise<void> => {
    switch (action.do) {
      case "link":
        return link(action);
      case "unlink":
        if (!isTaken(action.identity)) return void (await answered(action.identity, "/unlink", /linked to nobody/));
        return part(action.identity, async () => wasMade(await answered(action.identity, "/unlink", /✅ Unlinked|could not be done/)));
      case "give": {
        const { identity, name } = action;
        if (personOf(now(), identity) !== null) return;
        const change = await draftLink(drafting(), { identity: IDENTITIES[identity] as Identity, name, provedBy: "operator", displayName: null });
        await during(given(now(), identity, name), () => apply({ kind: "people", change }));
        return;
      }
      case "take": {
        if (!isTaken(action.identity)) return;
        const change = await draftUnlink(drafting(), IDENTITIES[action.identity] as Identity);
        return part(action.identity, () => apply({ kind: "people", change }));
      }
      case "scope": {
        const { channel, scope } = action;
        const before = channel === null ? now().scope : now().channelScopes.get(channel);
        if (before === scope) return;
        const path: [string, ...string[]] = channel === null ? ["session", "dmScope"] : ["channels", channel, "dmScope"];
        await during(scoped(now(), channel, scope), () => apply({ kind: "edits", edits: [{ path, value: scope }] }));
        return;
      }
      case "rollback": {
        const before = undo.pop();
        if (before === undefined) return;
        if (!(await during(before, () => takeBack()))) return void undo.push(before);
        undo.pop();
      }
    }
  };
  return { make, onSaid: memory.onSaid, onStill: memory.onStill };
}
