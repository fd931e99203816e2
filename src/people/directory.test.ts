import assert from "node:assert/strict";
import { test } from "node:test";
import { nameKey } from "../routing/people.ts";
import { insertIdentity } from "../store/statements/insert-identity.ts";
import { insertPeerAlias } from "../store/statements/insert-peer-alias.ts";
import { insertPerson } from "../store/statements/insert-person.ts";
import { upsertApproval } from "../store/statements/upsert-approval.ts";
import { createDirectory, loadDirectory } from "./directory.ts";
import { drafting, identity, NOON, write } from "./fixture.ts";
import { freshStore } from "../../test/store/database.ts";
import { draftLink } from "./drafts.ts";
import { draftRole } from "./person-drafts.ts";

const row = (peer: string, person_id: string, account = "default") => ({ channel: "telegram", account, peer, person_id, display_name: null, proved_by: "pairing", proved_at: NOON });
const person = (id: string, name: string, role = "member") => ({ id, name, name_key: nameKey(name), role, created_at: NOON });

test("a directory answers with one frozen object for each identity, and says how it was proved", async (t) => {
  const store = await freshStore(t);
  await store.run(insertPerson, person("p1", "Ann", "owner"));
  await store.run(insertIdentity, row("42", "p1"));
  const directory = await loadDirectory(store);
  const who = directory.find("telegram", "default", "42");
  assert.deepEqual(who, { isOwner: true, ownerBy: "people", person: "Ann", link: "people: telegram/default/42 (pairing)" });
  assert.ok(Object.isFrozen(who));
  assert.equal(directory.find("telegram", "default", "42"), who);
  assert.equal(directory.find("telegram", "work", "42"), null);
  assert.ok(directory.isOwner(nameKey(" ANN ")));
  assert.equal(directory.personOf("telegram", "default", "42")?.id, "p1");
  assert.deepEqual(directory.identitiesOf("ann").map(({ peer }) => peer), ["42"]);
});

test("ids that look like an object's own names are ids like others", async (t) => {
  const store = await freshStore(t);
  await store.run(insertPerson, person("p1", "__proto__"));
  for (const peer of ["__proto__", "constructor"]) await store.run(insertIdentity, row(peer, "p1", "toString"));
  const directory = await loadDirectory(store);
  assert.equal(directory.find("telegram", "toString", "__proto__")?.person, "__proto__");
  for (const id of ["hasOwnProperty", "valueOf", "prototype"]) {
    assert.equal(directory.find(id, id, id), null);
    assert.equal(directory.find("telegram", "toString", id), null);
    assert.equal(directory.canonicalPeer("telegram", id), id);
    assert.equal(directory.isApproved(id, id, id), false);
    assert.equal(directory.isOwner(id), false);
  }
});

test("P10 ids that differ by case, by a colon or by their Unicode form are different people", async (t) => {
  const store = await freshStore(t);
  const ids = ["abc", "ABC", "a:b", "a_b", "\u00e9", "e\u0301"];
  for (const [i, peer] of ids.entries()) {
    await store.run(insertPerson, person(`p${i}`, `Person ${i}`));
    await store.run(insertIdentity, row(peer, `p${i}`));
  }
  const directory = await loadDirectory(store);
  assert.deepEqual(ids.map((peer) => directory.find("telegram", "default", peer)?.person), ids.map((_, i) => `Person ${i}`));
});

test("everything is read page by page, and others run in between", async (t) => {
  const store = await freshStore(t);
  const people = 1_200;
  await store.transaction(async (tx) => {
    for (let i = 0; i < people; i++) {
      await tx.run(insertPerson, person(`p${i}`, `Person ${i}`));
      for (const account of ["default", "work"]) await tx.run(insertIdentity, row(`${i}`, `p${i}`, account));
      await tx.run(insertPeerAlias, { channel: "whatsapp", alias: `lid${i}`, peer: `${i}`, learned_at: NOON });
      await tx.run(upsertApproval, { channel: "telegram", account: "default", sender_id: `${i}`, surface: "dm", approved_at: NOON, approved_by: "cli" });
    }
  });
  let turns = 0;
  let isLoaded = false;
  const count = (): void => {
    turns++;
    if (!isLoaded) setImmediate(count);
  };
  setImmediate(count);
  const directory = await loadDirectory(store);
  isLoaded = true;
  assert.ok(turns >= 10, `others ran ${turns} times`);
  for (let i = 0; i < people; i++) {
    assert.equal(directory.find("telegram", "work", `${i}`)?.person, `Person ${i}`);
    assert.equal(directory.canonicalPeer("whatsapp", `lid${i}`), `${i}`);
    assert.ok(directory.isApproved("telegram", "default", `${i}`));
    assert.ok(!directory.isApproved("telegram", "work", `${i}`));
  }
  assert.equal([...directory.persons()].length, people);
});

test("a person's new role reaches all their accounts at once, and leaves with the change", async (t) => {
  const store = await freshStore(t);
  const context = drafting(store);
  const directory = createDirectory();
  for (const peer of ["1", "2"]) {
    const change = await draftLink(context, { identity: identity(`telegram:${peer}`), name: "Ann", provedBy: "operator", displayName: null });
    await write(store, change);
    directory.apply(change, "after");
  }
  const change = await draftRole(context, "ann", "owner");
  directory.apply(change, "after");
  assert.deepEqual(["1", "2"].map((peer) => directory.find("telegram", "default", peer)?.isOwner), [true, true]);
  directory.apply(change, "before");
  assert.deepEqual(["1", "2"].map((peer) => directory.find("telegram", "default", peer)?.isOwner), [false, false]);
});

test("P38 who was let in on one account is a stranger on every other", () => {
  const directory = createDirectory();
  directory.approve("telegram", "one", "42");
  assert.ok(directory.isApproved("telegram", "one", "42"));
  assert.ok(!directory.isApproved("telegram", "two", "42"));
  assert.ok(!directory.isApproved("discord", "one", "42"));
  directory.revoke("telegram", "one", "42");
  assert.ok(!directory.isApproved("telegram", "one", "42"));
});
