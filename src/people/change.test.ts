import assert from "node:assert/strict";
import { test } from "node:test";
import type { Directory } from "../domain/route.ts";
import { isContinuoError } from "../domain/errors.ts";
import type { Store } from "../store/store.ts";
import { isEmpty, overlay, type PeopleChange } from "./change.ts";
import { loadDirectory } from "./directory.ts";
import { drafting, chance, identity, rows, write } from "./fixture.ts";
import { freshStore } from "../../test/store/database.ts";
import type { Drafting } from "./drafting.ts";
import { draftLink, draftOwner, draftUnlink } from "./drafts.ts";
import type { Role } from "./identity.ts";
import { draftMerge, draftRename, draftRole, draftSplit } from "./person-drafts.ts";

const NAMES = ["Ann", "Bob", "Cem", "Dee", "ann "];
const REFS = ["telegram:1", "telegram:2", "telegram/work:1", "slack:U1", "slack:U2", "whatsapp:__proto__"].map(identity);
const ROLES: readonly Role[] = ["owner", "member", "guest"];

/** Something that an owner might do; null where it is refused. */
async function anyDraft(context: Drafting, pick: <T>(from: readonly T[]) => T): Promise<PeopleChange | null> {
  const drafts: readonly (() => Promise<PeopleChange>)[] = [
    () => draftLink(context, { identity: pick(REFS), name: pick(NAMES), role: pick([undefined, ...ROLES]), provedBy: "operator", displayName: pick([null, "x"]) }),
    () => draftLink(context, { identity: pick(REFS), name: pick(NAMES), provedBy: "pairing", displayName: null }),
    () => draftOwner(context, { identity: pick(REFS), provedBy: "pairing", displayName: null }),
    () => draftUnlink(context, pick(REFS)),
    () => draftRename(context, pick(NAMES), pick([...NAMES, "ANN", "Eve"])),
    () => draftMerge(context, pick(NAMES), pick(NAMES)),
    () => draftSplit(context, pick(NAMES), [pick(REFS)], pick(NAMES)),
    () => draftRole(context, pick(NAMES), pick(ROLES)),
  ];
  try {
    return await pick(drafts)();
  } catch (error) {
    if (isContinuoError(error)) return null;
    throw error;
  }
}

/** What routing can ask, asked. */
function answers(directory: Directory) {
  return {
    found: REFS.map(({ channel, account, peer }) => directory.find(channel, account, peer)),
    owners: ["ann", "bob", "cem", "dee", "eve", "owner"].map((name) => directory.isOwner(name)),
  };
}

async function checkChange(store: Store, change: PeopleChange): Promise<void> {
  const before = await rows(store);
  const directory = await loadDirectory(store);
  const answersBefore = answers(directory);
  const preview = answers(overlay(directory, change));
  await write(store, JSON.parse(JSON.stringify(change)) as PeopleChange);
  const after = await rows(store);
  const loaded = await loadDirectory(store);
  assert.deepEqual(preview, answers(loaded));
  assert.deepEqual(answers(overlay(loaded, change, "before")), answersBefore);
  directory.apply(change, "after");
  assert.deepEqual(answers(directory), preview);
  await write(store, change);
  assert.deepEqual(await rows(store), after);
  await write(store, change, "before");
  assert.deepEqual(await rows(store), before);
  directory.apply(change, "before");
  assert.deepEqual(answers(directory), answersBefore);
  await write(store, change);
  assert.deepEqual(await rows(store), after);
  if (!isEmpty(change)) assert.notDeepEqual(before, after);
}

test("a change that is written and taken back leaves every row as it was; the preview, the directory and the store say the same", async (t) => {
  const store = await freshStore(t);
  const random = chance(7);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const context = drafting(store);
  let made = 0;
  for (let i = 0; i < 400; i++) {
    const change = await anyDraft(context, pick);
    if (change === null) continue;
    await checkChange(store, change);
    made++;
  }
  t.diagnostic(`${made} of 400 drafts were changes`);
  assert.ok(made > 100);
});

test("all changes of a history, taken back newest first, leave an empty table", async (t) => {
  const store = await freshStore(t);
  const random = chance(11);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const context = drafting(store);
  const history: PeopleChange[] = [];
  for (let i = 0; i < 200; i++) {
    const change = await anyDraft(context, pick);
    if (change === null) continue;
    await write(store, change);
    history.push(change);
  }
  for (const change of history.toReversed()) await write(store, change, "before");
  assert.deepEqual(await rows(store), { people: [], identities: [] });
});

test("a change that was planned on other rows is refused, and nothing of it is written", async (t) => {
  const store = await freshStore(t);
  const context = drafting(store);
  const link = (peer: string, name: string) => draftLink(context, { identity: identity(`telegram:${peer}`), name, provedBy: "operator", displayName: null });
  const [first, second] = [await link("1", "Ann"), await link("1", "Bob")];
  await write(store, first);
  const before = await rows(store);
  await assert.rejects(write(store, second), { code: "CHANGE_STALE" });
  const sameName = await draftLink(context, { identity: identity("telegram:2"), name: "Cem", provedBy: "operator", displayName: null });
  await write(store, await link("3", "Cem"));
  await assert.rejects(write(store, sameName), { code: "CHANGE_STALE" });
  await write(store, await link("4", "Ann"));
  await assert.rejects(write(store, first, "before"), { code: "CHANGE_STALE" }, "an identity would be without its person");
  assert.deepEqual((await rows(store)).identities.filter(({ peer }) => peer === "1"), before.identities);
});

test("a change of roles shows in every account of the person before it is made", async (t) => {
  const store = await freshStore(t);
  const context = drafting(store);
  for (const peer of ["1", "2"]) await write(store, await draftLink(context, { identity: identity(`telegram:${peer}`), name: "Ann", provedBy: "operator", displayName: null }));
  const directory = await loadDirectory(store);
  const preview = overlay(directory, await draftRole(context, "Ann", "owner"));
  const who = preview.find("telegram", "default", "1");
  assert.equal(who?.isOwner, true);
  assert.equal(preview.find("telegram", "default", "1"), who);
  assert.equal(directory.find("telegram", "default", "1")?.isOwner, false);
});
