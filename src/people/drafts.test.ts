import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { insertPeerAlias } from "../store/statements/insert-peer-alias.ts";
import { isEmpty, type PeopleChange } from "./change.ts";
import type { FilePeople } from "./drafting.ts";
import { draftLink, draftOwner, draftUnlink } from "./drafts.ts";
import { census, drafting, fileOf, identity, NOON, rows, write } from "./fixture.ts";
import { freshStore } from "../../test/store/database.ts";
import type { Role } from "./identity.ts";
import { draftMerge, draftRename, draftRole, draftSplit } from "./person-drafts.ts";

/** A house where people come and go, in few words. */
async function houseOf(t: TestContext, file: FilePeople = fileOf()) {
  const store = await freshStore(t);
  const context = drafting(store, file);
  const done = async (draft: Promise<PeopleChange>): Promise<PeopleChange> => {
    const change = await draft;
    await write(store, change);
    return change;
  };
  return {
    store,
    context,
    done,
    link: (who: string, name: string, role?: Role) => done(draftLink(context, { identity: identity(who), name, role, provedBy: "operator", displayName: null })),
    linkByCode: (who: string, name: string) => done(draftLink(context, { identity: identity(who), name, provedBy: "code", displayName: null })),
    owner: (who: string) => done(draftOwner(context, { identity: identity(who), provedBy: "pairing", displayName: null })),
    unlink: (who: string) => done(draftUnlink(context, identity(who))),
    census: () => census(store),
  };
}

describe("linking", () => {
  test("makes the person once, and compares names without their case", async (t) => {
    const house = await houseOf(t);
    await house.link("telegram:1", " Ann ");
    await house.link("slack:U1", "ANN", "guest");
    assert.deepEqual(await house.census(), ["Ann (guest): slack/default/U1, telegram/default/1"]);
    assert.ok(isEmpty(await house.link("telegram:1", "ann")));
  });

  test("refuses an identity of somebody else, and says what to do", async (t) => {
    const house = await houseOf(t);
    await house.link("telegram:1", "Ann");
    await assert.rejects(house.link("telegram:1", "Bob"), { code: "REQUEST_INVALID", message: /people merge.*people unlink/ });
  });

  test("leaves alone what the file links, and joins a person of the file", async (t) => {
    const house = await houseOf(t, fileOf({ "telegram:1": "Ann" }));
    await assert.rejects(house.link("telegram:1", "Ann"), { code: "PEOPLE_IN_FILE" });
    await assert.rejects(house.unlink("telegram:1"), { code: "PEOPLE_IN_FILE" });
    await house.link("slack:U1", "ann");
    assert.deepEqual(await house.census(), ["ann (member): slack/default/U1"]);
  });

  test("takes any id of an account for the one it is kept under", async (t) => {
    const house = await houseOf(t);
    await house.store.run(insertPeerAlias, { channel: "whatsapp", alias: "99@lid", peer: "+49170", learned_at: NOON });
    await house.link("whatsapp:99@lid", "Ann");
    assert.deepEqual(await house.census(), ["Ann (member): whatsapp/default/+49170"]);
    await house.unlink("whatsapp:99@lid");
    assert.deepEqual(await house.census(), ["Ann (member): nobody"]);
  });

  const BAD = ["", "   ", "x".repeat(81), "a\nb", "a\u0000b", "telegram:1", "a\u202eb", "\ud800"];
  for (const name of BAD) {
    test(`the name ${JSON.stringify(name.slice(0, 12))} is refused`, async (t) => {
      const house = await houseOf(t);
      await assert.rejects(house.link("telegram:1", name), { code: "REQUEST_INVALID" });
      await house.link("telegram:1", "Ann");
      await assert.rejects(draftRename(house.context, "Ann", name), { code: "REQUEST_INVALID" });
      await assert.rejects(draftSplit(house.context, "Ann", [identity("telegram:1")], name), { code: "REQUEST_INVALID" });
    });
  }

  test("80 characters are a name, as people count them", async (t) => {
    const house = await houseOf(t);
    await house.link("telegram:1", "\u{1f600}".repeat(80));
    assert.equal((await rows(house.store)).people.length, 1);
  });
});

describe("unlinking", () => {
  test("keeps a person whom somebody named, though nothing is left of them", async (t) => {
    const house = await houseOf(t);
    await house.link("telegram:1", "Ann", "owner");
    await house.unlink("telegram:1");
    assert.deepEqual(await house.census(), ["Ann (owner): nobody"]);
    await assert.rejects(house.unlink("telegram:1"), { code: "PEOPLE_UNKNOWN" });
  });

  test("takes a person away whom a link in the chat had made, with the last identity", async (t) => {
    const house = await houseOf(t);
    await house.linkByCode("telegram:1", "Ann~7KQ2");
    await house.linkByCode("slack:U1", "Ann~7KQ2");
    await house.unlink("telegram:1");
    assert.deepEqual(await house.census(), ["Ann~7KQ2 (member): slack/default/U1"]);
    await house.unlink("slack:U1");
    assert.deepEqual(await house.census(), []);
  });
});

describe("renaming", () => {
  test("gives another name, or another spelling", async (t) => {
    const house = await houseOf(t, fileOf({ "x:1": "Filed" }));
    await house.link("telegram:1", "Ann");
    await house.link("telegram:2", "Bob");
    await house.done(draftRename(house.context, "ANN", "Anna"));
    await house.done(draftRename(house.context, "bob", "BOB"));
    assert.deepEqual(await house.census(), ["Anna (member): telegram/default/1", "BOB (member): telegram/default/2"]);
    await assert.rejects(draftRename(house.context, "Anna", "bob"), { code: "PEOPLE_NAME_TAKEN" });
    await assert.rejects(draftRename(house.context, "Anna", "filed"), { code: "PEOPLE_NAME_TAKEN" });
    await assert.rejects(draftRename(house.context, "Ann", "Cem"), { code: "PEOPLE_UNKNOWN" });
    await assert.rejects(draftRename(house.context, "Filed", "Cem"), { code: "PEOPLE_IN_FILE" });
    await house.link("telegram:3", "Filed");
    await assert.rejects(draftRename(house.context, "Filed", "Cem"), { code: "PEOPLE_IN_FILE" });
  });
});

describe("merging", () => {
  test("moves every identity, and the stronger role holds", async (t) => {
    const house = await houseOf(t);
    await house.link("telegram:1", "Ann", "owner");
    await house.link("slack:U1", "Bob", "guest");
    await house.done(draftMerge(house.context, "Ann", "Bob"));
    assert.deepEqual(await house.census(), ["Bob (owner): slack/default/U1, telegram/default/1"]);
  });

  test("goes into a person of the file, never out of one", async (t) => {
    const house = await houseOf(t, fileOf({ "x:1": "Filed" }));
    await house.link("telegram:1", "Ann");
    await assert.rejects(draftMerge(house.context, "Filed", "Ann"), { code: "PEOPLE_IN_FILE" });
    await assert.rejects(draftMerge(house.context, "Ann", "ann"), { code: "REQUEST_INVALID" });
    await assert.rejects(draftMerge(house.context, "Ann", "Bob"), { code: "PEOPLE_UNKNOWN" });
    await house.done(draftMerge(house.context, "Ann", "Filed"));
    assert.deepEqual(await house.census(), ["Filed (member): telegram/default/1"]);
    await assert.rejects(draftMerge(house.context, "Filed", "Ann"), { code: "PEOPLE_IN_FILE" });
  });
});

describe("splitting", () => {
  test("takes some identities to a new person, who is no owner by that", async (t) => {
    const house = await houseOf(t);
    for (const who of ["telegram:1", "telegram:2", "slack:U1"]) await house.link(who, "Ann", "owner");
    await house.done(draftSplit(house.context, "Ann", [identity("telegram:2"), identity("slack:U1"), identity("slack:U1")], "Bob"));
    assert.deepEqual(await house.census(), ["Ann (owner): telegram/default/1", "Bob (member): slack/default/U1, telegram/default/2"]);
  });

  test("refuses none, all, a stranger's, and a name that is taken", async (t) => {
    const house = await houseOf(t, fileOf({ "x:1": "Filed" }));
    for (const who of ["telegram:1", "telegram:2"]) await house.link(who, "Ann");
    await house.link("slack:U1", "Bob");
    const split = (whose: readonly string[], to: string) => draftSplit(house.context, "Ann", whose.map(identity), to);
    await assert.rejects(split([], "Cem"), { code: "REQUEST_INVALID" });
    await assert.rejects(split(["telegram:1", "telegram:2"], "Cem"), { code: "REQUEST_INVALID", message: /people rename/ });
    await assert.rejects(split(["slack:U1"], "Cem"), { code: "REQUEST_INVALID" });
    await assert.rejects(split(["telegram:1"], "bob"), { code: "PEOPLE_NAME_TAKEN" });
    await assert.rejects(split(["telegram:1"], "Filed"), { code: "PEOPLE_NAME_TAKEN" });
    await assert.rejects(split(["x:1"], "Cem"), { code: "PEOPLE_IN_FILE" });
  });
});

describe("roles", () => {
  test("a person of the file gets a row in the table for one", async (t) => {
    const house = await houseOf(t, fileOf({ "x:1": "Filed" }));
    await assert.rejects(draftRole(house.context, "Ann", "owner"), { code: "PEOPLE_UNKNOWN" });
    await house.done(draftRole(house.context, "Filed", "owner"));
    assert.deepEqual(await house.census(), ["Filed (owner): nobody"]);
    assert.ok(isEmpty(await draftRole(house.context, "filed", "owner")));
  });
});

describe("the owner", () => {
  test("is made once, and keeps the name they were given", async (t) => {
    const house = await houseOf(t);
    await house.owner("telegram:1");
    await house.done(draftRename(house.context, "Owner", "Ann"));
    await house.owner("slack:U1");
    assert.deepEqual(await house.census(), ["Ann (owner): slack/default/U1, telegram/default/1"]);
    assert.ok(isEmpty(await house.owner("slack:U1")));
  });

  test("is whom the file names, and never another who happens to be called Owner", async (t) => {
    const named = await houseOf(t, fileOf({}, "Ann"));
    await named.owner("telegram:1");
    assert.deepEqual(await named.census(), ["Ann (owner): telegram/default/1"]);
    const other = await houseOf(t, fileOf({ "x:1": "Owner" }));
    await other.link("slack:U1", "Owner 2");
    await other.owner("telegram:1");
    assert.deepEqual(await other.census(), ["Owner 2 (member): slack/default/U1", "Owner 3 (owner): telegram/default/1"]);
    await assert.rejects(other.owner("slack:U1"), { code: "REQUEST_INVALID", message: /people merge/ });
    await assert.rejects(other.owner("x:1"), { code: "PEOPLE_IN_FILE" });
  });
});
