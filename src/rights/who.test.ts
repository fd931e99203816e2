import assert from "node:assert/strict";
import { test } from "node:test";
import { nameKey } from "../routing/people.ts";
import { isSameSubject, whoIsMeant, type WhoIsWho } from "./who.ts";

type Named = Readonly<Record<string, { readonly role: "owner" | "member"; readonly peer: string }>>;

/** A house in which these people have an account each, and the file gives the owner telegram:42. */
function house(named: Named): WhoIsWho {
  const rows = Object.entries(named).map(([name, { role }]) => ({ id: name, name, name_key: nameKey(name), role, created_at: 0 }));
  const rowOf = (key: string) => rows.find(({ name_key: theirs }) => theirs === key) ?? null;
  return {
    directory: {
      named: rowOf,
      persons: () => rows,
      personOf: () => null,
      identitiesOf: (key) => rows.filter((row) => row.name_key === key).map((row) => ({ channel: "telegram", account: "default", peer: named[row.name]?.peer ?? "" })) as never,
      canonicalPeer: (_channel, peer) => peer,
      aliasesOf: () => [],
    },
    file: () => [],
    isOwner: (key) => rowOf(key)?.role === "owner",
    owned: () => [{ channel: "telegram", account: null, peer: "42" }],
    whoIs: () => ({ isOwner: false, person: null }),
  };
}

const ADA = { role: "owner", peer: "7" } as const;
const peers = (who: WhoIsWho, typed: string): unknown => {
  const { name, isOwner, accounts } = whoIsMeant(who, typed);
  return [name, isOwner, accounts.map(({ peer }) => peer)];
};

test("`owner` is the owner, named or not, with every account that the file or the table gives them", () => {
  for (const word of ["owner", "Owner", "the owner"]) assert.deepEqual(peers(house({ Bob: { role: "member", peer: "8" } }), word), [null, true, ["42"]]);
  assert.deepEqual(peers(house({ Ada: ADA }), "owner"), ["Ada", true, ["7", "42"]]);
  assert.throws(() => whoIsMeant(house({ Ada: ADA, Bea: { role: "owner", peer: "9" } }), "owner"), { code: "REQUEST_INVALID", message: "Several people are owners: Ada, Bea." });
  assert.throws(() => whoIsMeant(house({}), "nobody"), { code: "PEOPLE_UNKNOWN" });
});

test("somebody who is called owner is meant by their name, and the owner by other words", () => {
  const who = house({ Owner: { role: "member", peer: "8" }, Ada: ADA });
  assert.deepEqual(peers(who, "owner"), ["Owner", false, ["8"]]);
  assert.deepEqual(peers(who, "the owner"), ["Ada", true, ["7", "42"]]);
});

test("an owner without a name is one and the same, so that an erasure that was begun is gone on with", () => {
  const none = { ...house({}), owned: () => [] };
  assert.equal(isSameSubject(whoIsMeant(none, "owner"), whoIsMeant(none, "the owner")), true);
});
