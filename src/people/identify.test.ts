import assert from "node:assert/strict";
import { test } from "node:test";
import { directMessage, type InboundMessage } from "../domain/message.ts";
import { nameKey } from "../routing/people.ts";
import { createDirectory, loadDirectory, type PeopleDirectory } from "./directory.ts";
import { NOON } from "./fixture.ts";
import { freshStore } from "../../test/store/database.ts";
import { identify, learnAliases, mergeProposal, newAliases } from "./identify.ts";

const PHONE = "+4917012345";
const LID = "99887766@lid";

function from(id: string, aliases?: readonly string[]): InboundMessage {
  return directMessage({ channel: "whatsapp", account: "default", senderId: id }, { sender: { id, name: null, username: null, ...(aliases ? { aliases } : {}) } });
}

/** A message arrives: who is it, and what is learned of it? */
function hear(directory: PeopleDirectory, message: InboundMessage): InboundMessage {
  const known = identify(message, directory);
  for (const { channel, alias, peer } of newAliases(message, directory)) directory.learnAlias(channel, alias, peer);
  return known;
}

test("P10 a phone number and a LID of one account are one sender, in whatever order they are seen", () => {
  for (const [first, second] of [[PHONE, LID], [LID, PHONE]] as const) {
    for (const told of [true, false]) {
      const directory = createDirectory();
      assert.equal(hear(directory, from(first, told ? [second] : [])).sender.id, first);
      const other = hear(directory, from(second, [first]));
      assert.equal(other.sender.id, first);
      assert.deepEqual(other.sender.aliases, [second]);
      assert.equal(hear(directory, from(second)).sender.id, first, "known without being told again");
      assert.equal(mergeProposal(from(second, [first]), directory), null);
    }
  }
});

test("P10 a LID that nobody has heard of speaks for itself", () => {
  const directory = createDirectory();
  const message = from(LID, []);
  assert.equal(identify(message, directory), message);
  assert.deepEqual(newAliases(message, directory), [{ channel: "whatsapp", alias: LID, peer: LID }]);
});

test("P10 two accounts that were known apart are proposed to be one, and never joined in silence", () => {
  const directory = createDirectory();
  hear(directory, from(PHONE, []));
  hear(directory, from(LID, []));
  const message = from(LID, [PHONE]);
  const known = identify(message, directory);
  assert.equal(known.sender.id, LID);
  assert.deepEqual(known.sender.aliases, []);
  assert.deepEqual(newAliases(message, directory), []);
  assert.deepEqual(mergeProposal(message, directory), { channel: "whatsapp", account: "default", peers: [LID, PHONE] });
  const third = from("third", [PHONE, LID]);
  assert.equal(identify(third, directory).sender.id, "third");
  assert.deepEqual(newAliases(third, directory), []);
});

test("P10 an account that is linked or was let in keeps the id it is known by", () => {
  const linked = createDirectory();
  const person = { id: "p", name: "Ann", name_key: nameKey("Ann"), role: "member", created_at: NOON };
  const identity = { channel: "whatsapp", account: "default", peer: PHONE, person_id: "p", display_name: null, proved_by: "operator", proved_at: NOON };
  linked.apply({ persons: [{ id: "p", before: null, after: person }], identities: [{ ref: identity, before: null, after: identity }] }, "after");
  const letIn = createDirectory();
  letIn.approve("whatsapp", "default", PHONE);
  for (const directory of [linked, letIn]) {
    assert.equal(hear(directory, from(LID, [PHONE])).sender.id, PHONE);
    assert.equal(hear(directory, from(LID)).sender.id, PHONE);
  }
});

test("a channel whose accounts have one id costs nothing: the very same message comes back, and nothing is learned", () => {
  const directory = createDirectory();
  const message = directMessage({ channel: "telegram", account: "default", senderId: "__proto__" });
  assert.equal(identify(message, directory), message);
  assert.deepEqual(newAliases(message, directory), []);
  assert.equal(mergeProposal(message, directory), null);
});

test("what is known already is not made anew", () => {
  const directory = createDirectory();
  hear(directory, from(PHONE, [LID]));
  const message = from(PHONE, [LID]);
  assert.equal(identify(message, directory), message);
  assert.deepEqual(newAliases(message, directory), []);
});

test("the ids of one channel say nothing about another", () => {
  const directory = createDirectory();
  directory.learnAlias("whatsapp", LID, PHONE);
  assert.equal(directory.canonicalPeer("signal", LID), LID);
});

test("what was learned outlives a restart, and the first word counts", async (t) => {
  const store = await freshStore(t);
  const learned = newAliases(from(PHONE, [LID]), createDirectory());
  const learn = (aliases: typeof learned) => store.transaction((tx) => learnAliases(tx, aliases, NOON));
  assert.deepEqual(await learn(learned), learned);
  assert.deepEqual(await learn(learned), []);
  assert.deepEqual(await learn([{ channel: "whatsapp", alias: LID, peer: "somebody else" }]), []);
  const directory = await loadDirectory(store);
  assert.equal(identify(from(LID), directory).sender.id, PHONE);
  assert.deepEqual(identify(from(LID), directory).sender.aliases, [LID]);
});
