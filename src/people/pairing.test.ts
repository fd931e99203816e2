import assert from "node:assert/strict";
import { test } from "node:test";
import { pageApprovals } from "../store/statements/page-approvals.ts";
import { loadDirectory } from "./directory.ts";
import { chance, HOUR, NOON } from "./fixture.ts";
import { freshStore } from "../../test/store/database.ts";
import { approvePairing, findPairing, listPairings, rejectPairing, requestPairing, revokeApproval, type Stranger } from "./pairing.ts";
import type { Store } from "../store/store.ts";
import type { TestContext } from "node:test";

const stranger = (senderId: string, account = "default", channel = "telegram"): Stranger => ({ channel, account, senderId, senderName: "Mallory", chat: senderId });

async function doorOf(t: TestContext) {
  const store = await freshStore(t);
  const random = chance(3);
  const ask = (who: Stranger, now = NOON) => store.transaction((tx) => requestPairing(tx, who, random, now));
  return { store, ask };
}

const reject = async (store: Store, code: string, now: number): Promise<void> => {
  const request = await findPairing(store, code, null, now);
  await store.transaction((tx) => rejectPairing(tx, request, "cli", now));
};

test("a code has eight characters, none of which is mistaken for another", async (t) => {
  const { ask } = await doorOf(t);
  for (let account = 0; account < 60; account++) assert.match((await ask(stranger("1", `a${account}`)))?.code ?? "", /^[A-HJ-NP-Z2-9]{8}$/);
});

test("P38 a stranger is told the code once ever, however often they write and however late", async (t) => {
  const { ask } = await doorOf(t);
  const first = await ask(stranger("1"));
  assert.equal(first?.notify, true);
  for (const later of [0, 1, HOUR - 1, HOUR, HOUR + 1, 50 * HOUR]) {
    assert.deepEqual(await ask(stranger("1"), NOON + later), { code: first?.code, notify: false });
  }
});

test("an hour after it was asked for a code is good for nothing, and asking again renews the same one", async (t) => {
  const { store, ask } = await doorOf(t);
  const code = (await ask(stranger("1")))?.code ?? "";
  assert.equal((await findPairing(store, code, null, NOON + HOUR - 1)).senderId, "1");
  await assert.rejects(findPairing(store, code, null, NOON + HOUR), { code: "PAIRING_UNKNOWN" });
  assert.deepEqual(await listPairings(store, NOON + HOUR), []);
  await ask(stranger("1"), NOON + HOUR);
  assert.deepEqual((await listPairings(store, NOON + HOUR)).map((one) => [one.code, one.expiresAt]), [[code, NOON + 2 * HOUR]]);
});

test("P38 three requests of an account wait at a time; the fourth leaves no trace, and other accounts have their own three", async (t) => {
  const { store, ask } = await doorOf(t);
  for (const id of ["1", "2", "3"]) assert.equal((await ask(stranger(id)))?.notify, true);
  assert.equal(await ask(stranger("4")), null);
  assert.equal((await listPairings(store, NOON)).length, 3);
  assert.equal((await ask(stranger("4", "work")))?.notify, true);
  assert.equal((await ask(stranger("2")))?.notify, false);
  // It had never been told anything: when there is room, it is.
  assert.equal((await ask(stranger("4"), NOON + HOUR))?.notify, true);
  assert.deepEqual((await listPairings(store, NOON, "discord")).length, 0);
});

test("a code is found however it is written, on its own channel or on any", async (t) => {
  const { store, ask } = await doorOf(t);
  const code = (await ask(stranger("1")))?.code ?? "";
  for (const typed of [code.toLowerCase(), `${code.slice(0, 4)}-${code.slice(4)}`, ` ${code.slice(0, 2)} ${code.slice(2)} `]) {
    assert.equal((await findPairing(store, typed, "telegram", NOON)).senderId, "1");
  }
  await assert.rejects(findPairing(store, code, "discord", NOON), { code: "PAIRING_UNKNOWN" });
  await assert.rejects(findPairing(store, "", null, NOON), { code: "PAIRING_UNKNOWN" });
});

test("P38 approving lets in on that account, in private, and nowhere else", async (t) => {
  const { store, ask } = await doorOf(t);
  const code = (await ask(stranger("1", "one")))?.code ?? "";
  const request = await findPairing(store, code, "telegram", NOON);
  await store.transaction((tx) => approvePairing(tx, request, "cli", NOON));
  const all = await store.all(pageApprovals, { channel: "", account: "", sender_id: "", surface: "", limit: 10 });
  assert.deepEqual(all.map((row) => ({ ...row })), [{ channel: "telegram", account: "one", sender_id: "1", surface: "dm", approved_at: NOON, approved_by: "cli" }]);
  const directory = await loadDirectory(store);
  assert.ok(directory.isApproved("telegram", "one", "1"));
  assert.ok(!directory.isApproved("telegram", "two", "1"));
  await assert.rejects(store.transaction((tx) => approvePairing(tx, request, "cli", NOON)), { code: "PAIRING_UNKNOWN" });
  await assert.rejects(findPairing(store, code, null, NOON), { code: "PAIRING_UNKNOWN" });
  assert.equal(await store.transaction((tx) => revokeApproval(tx, stranger("1", "one"), "cli", NOON)), true);
  assert.equal(await store.transaction((tx) => revokeApproval(tx, stranger("1", "one"), "cli", NOON)), false);
  assert.ok(!(await loadDirectory(store)).isApproved("telegram", "one", "1"));
});

test("a request that ran out while it was looked at is not approved", async (t) => {
  const { store, ask } = await doorOf(t);
  const request = await findPairing(store, (await ask(stranger("1")))?.code ?? "", null, NOON);
  await assert.rejects(store.transaction((tx) => approvePairing(tx, request, "cli", NOON + HOUR)), { code: "PAIRING_UNKNOWN" });
});

test("who was refused hears nothing for a day, and gets another code after it without being told", async (t) => {
  const { store, ask } = await doorOf(t);
  const code = (await ask(stranger("1")))?.code ?? "";
  await reject(store, code, NOON);
  assert.equal(await ask(stranger("1"), NOON), null);
  assert.equal(await ask(stranger("1"), NOON + 24 * HOUR - 1), null);
  assert.deepEqual(await listPairings(store, NOON), []);
  const again = await ask(stranger("1"), NOON + 24 * HOUR);
  assert.equal(again?.notify, false);
  assert.notEqual(again?.code, code);
});

test("a sender without an id cannot ask", async (t) => {
  const { ask } = await doorOf(t);
  assert.equal(await ask(stranger("")), null);
});
