import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { draftAgreed } from "./agreed-draft.ts";
import { agreedLinks, consent, issueCode, redeemCode, requestUnlink, settleAgreement, type Agreement } from "./agreements.ts";
import type { FilePeople } from "./drafting.ts";
import { draftLink } from "./drafts.ts";
import { loadDirectory } from "./directory.ts";
import { agreedCount, census, chance, drafting, fileOf, HOUR, NOON, party, write } from "./fixture.ts";
import { freshStore, removeStateDir, rowsIn, storeIn } from "../../test/store/database.ts";
import type { Party } from "./party.ts";
import type { Store } from "../store/store.ts";

const ANN = party("telegram:1", "Ann");
const ANN_TOO = party("slack:U1", "ann w.");
const EVE = party("discord:666", "Ann");

async function tableOf(t: TestContext, file: FilePeople = fileOf(), given: Store | null = null) {
  const store = given ?? (await freshStore(t));
  const random = chance(5);
  const context = drafting(store, file);
  return {
    store,
    context,
    issue: (from: Party, now = NOON) => store.transaction((tx) => issueCode(tx, from, now, random)),
    /** The code, or an empty text. */
    async code(from: Party, now = NOON): Promise<string> {
      const issued = await store.transaction((tx) => issueCode(tx, from, now, random));
      return issued.kind === "code" ? issued.code : "";
    },
    redeem: (code: string, by: Party, now = NOON) => store.transaction((tx) => redeemCode(tx, code, by, now, file)),
    say: (who: Party, yes: boolean, now = NOON) => store.transaction((tx) => consent(tx, who, yes, now)),
    leave: (who: Party, now = NOON) => store.transaction((tx) => requestUnlink(tx, who, now)),
    async carryOut(owner = false): Promise<void> {
      for (const agreement of await agreedLinks(store)) {
        await write(store, await draftAgreed(context, agreement, owner, random));
        await store.transaction((tx) => settleAgreement(tx, agreement.id, "done", NOON));
      }
    },
    link: async (who: Party, name: string) =>
      write(store, await draftLink(context, { identity: who, name, provedBy: "operator", displayName: who.displayName })),
  };
}

type Table = Awaited<ReturnType<typeof tableOf>>;

async function agree(table: Table, issuer: Party, redeemer: Party): Promise<Agreement | null> {
  assert.equal((await table.redeem(await table.code(issuer), redeemer)).kind, "ask");
  await table.say(redeemer, true);
  const last = await table.say(issuer, true);
  return last.kind === "agreed" ? last.agreement : null;
}

const reasonOf = (outcome: { readonly kind: string; readonly reason?: string }): string => outcome.reason ?? outcome.kind;

describe("linking from the chat", () => {
  test("P19 a code from one chat, sent in another, and two times yes: two accounts are one person", async (t) => {
    const table = await tableOf(t);
    const code = await table.code(ANN);
    assert.match(code, /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    assert.deepEqual(await table.redeem(code.toLowerCase().replace("-", " "), ANN_TOO), { kind: "ask", issuer: ANN, redeemer: ANN_TOO });
    assert.deepEqual(await table.say(ANN_TOO, true), { kind: "waiting", other: ANN });
    assert.equal(await agreedCount(table.store), 0);
    assert.equal((await table.say(ANN, true)).kind, "agreed");
    const [agreement] = await agreedLinks(table.store);
    assert.deepEqual(agreement, { kind: "link", id: agreement?.id, issuer: ANN, redeemer: ANN_TOO });
    await table.carryOut();
    assert.match((await census(table.store)).join("; "), /^Ann~[A-HJ-NP-Z2-9]{4} \(member\): slack\/default\/U1, telegram\/default\/1$/);
    const directory = await loadDirectory(table.store);
    assert.match(directory.find("slack", "default", "U1")?.link ?? "", /\(code\)$/);
    assert.equal(await agreedCount(table.store), 0);
    assert.equal(reasonOf(await table.redeem(await table.code(ANN), ANN_TOO)), "already-one");
    assert.equal(await table.store.transaction((tx) => settleAgreement(tx, agreement?.id ?? "", "done", NOON)), false);
  });

  test("P19 an account leaves its person whenever it wants, and asks nobody", async (t) => {
    const table = await tableOf(t);
    assert.equal(await table.leave(ANN), null);
    for (let round = 0; round < 3; round++) {
      await agree(table, ANN, ANN_TOO);
      await table.carryOut();
      assert.equal((await census(table.store)).length, 1);
      for (const who of [ANN, ANN_TOO]) {
        assert.equal((await table.leave(who))?.kind, "unlink");
        assert.equal((await table.leave(who))?.kind, "unlink");
        assert.equal(await agreedCount(table.store), 1);
        await table.carryOut();
      }
      assert.deepEqual(await census(table.store), []);
    }
  });

  test("neither yes counts for both, and yes twice is once", async (t) => {
    for (const who of [ANN, ANN_TOO]) {
      const table = await tableOf(t);
      await table.redeem(await table.code(ANN), ANN_TOO);
      assert.equal((await table.say(who, true)).kind, "waiting");
      assert.equal((await table.say(who, true)).kind, "waiting");
      assert.equal((await table.say(EVE, true)).kind, "nothing");
      assert.equal(await agreedCount(table.store), 0);
    }
  });

  test("a no of either side ends it", async (t) => {
    for (const [who, other] of [[ANN, ANN_TOO], [ANN_TOO, ANN]] as const) {
      const table = await tableOf(t);
      await table.redeem(await table.code(ANN), ANN_TOO);
      await table.say(other, true);
      assert.deepEqual(await table.say(who, false), { kind: "refused", other });
      assert.deepEqual(await table.say(other, true), { kind: "nothing" });
      assert.equal(await agreedCount(table.store), 0);
    }
  });

  test("nobody says yes before a code was sent, or after ten minutes of silence", async (t) => {
    const table = await tableOf(t);
    const code = await table.code(ANN);
    assert.equal((await table.say(ANN, true)).kind, "nothing");
    await table.redeem(code, ANN_TOO);
    assert.equal((await table.say(ANN, true, NOON + 10 * 60_000)).kind, "nothing");
    assert.equal((await table.say(ANN_TOO, true)).kind, "nothing");
  });
});

describe("codes", () => {
  test("die with their successor, after ten minutes and once they were sent", async (t) => {
    const table = await tableOf(t);
    const old = await table.code(ANN);
    const code = await table.code(ANN);
    assert.equal(reasonOf(await table.redeem(old, ANN_TOO)), "unknown");
    assert.equal(reasonOf(await table.redeem(code, ANN_TOO, NOON + 10 * 60_000)), "expired");
    assert.equal(reasonOf(await table.redeem(code, ANN)), "same");
    assert.equal(reasonOf(await table.redeem(code, ANN_TOO)), "ask");
    assert.equal(reasonOf(await table.redeem(code, EVE)), "unknown");
  });

  test("five an hour, no more", async (t) => {
    const table = await tableOf(t);
    for (let i = 0; i < 5; i++) assert.equal((await table.issue(ANN)).kind, "code");
    assert.deepEqual(await table.issue(ANN, NOON + HOUR - 1), { kind: "refused", reason: "too-many" });
    assert.equal((await table.issue(ANN_TOO)).kind, "code");
    assert.equal((await table.issue(ANN, NOON + HOUR)).kind, "code");
  });

  test("after five wrong ones even the right one does nothing for an hour, to whoever sent them", async (t) => {
    const table = await tableOf(t);
    for (let i = 0; i < 5; i++) assert.equal(reasonOf(await table.redeem(`WRNG-WRN${i + 2}`, EVE)), "unknown");
    const code = await table.code(ANN);
    assert.equal(reasonOf(await table.redeem(code, EVE)), "too-many");
    assert.equal(reasonOf(await table.redeem(await table.code(ANN), EVE, NOON + HOUR - 1)), "too-many");
    assert.equal(reasonOf(await table.redeem(await table.code(ANN), ANN_TOO)), "ask");
  });

  test("an account's yes is to what it began last: nobody puts another in its place", async (t) => {
    const table = await tableOf(t);
    const annsOwn = await table.code(ANN);
    const other = await table.code(ANN_TOO);
    await table.redeem(other, ANN);
    assert.equal(reasonOf(await table.redeem(annsOwn, EVE)), "unknown");
    assert.deepEqual(await table.say(ANN, true), { kind: "waiting", other: ANN_TOO });
  });

  test("two who are one by the configuration file already are told so", async (t) => {
    const table = await tableOf(t, fileOf({ "telegram:1": "Ann", "slack:U1": "ANN" }));
    assert.equal(reasonOf(await table.redeem(await table.code(ANN), ANN_TOO)), "already-one");
  });

  test("codes never stand in the ledger, and every step does", async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "continuo-people-"));
    t.after(() => removeStateDir(directory));
    const store = await storeIn(directory);
    const table = await tableOf(t, fileOf(), store);
    const code = await table.code(ANN);
    await table.redeem("AAAA-AAAA", EVE);
    await table.redeem(code, ANN_TOO);
    await table.say(ANN, true);
    await table.say(ANN_TOO, true);
    await table.carryOut();
    await store.close();
    const events = await rowsIn(directory, "select kind, data from events order by seq");
    assert.deepEqual(events.map(({ kind }) => kind), ["people.code-issued", "people.code-refused", "people.code-redeemed", "people.link-consented", "people.link-agreed", "people.link-done"]);
    const bare = code.replace("-", "");
    for (const { data } of events) assert.ok(!String(data).includes(bare) && !String(data).includes(code));
  });
});

describe("what an agreement makes", () => {
  test("a person of the table takes the other in; of two the issuer's name stays", async (t) => {
    const table = await tableOf(t);
    await table.link(ANN_TOO, "Anna");
    await agree(table, ANN, ANN_TOO);
    await table.carryOut();
    assert.deepEqual(await census(table.store), ["Anna (member): slack/default/U1, telegram/default/1"]);
    await table.link(EVE, "Eve");
    await agree(table, EVE, ANN);
    await table.carryOut();
    assert.deepEqual(await census(table.store), ["Eve (member): discord/default/666, slack/default/U1, telegram/default/1"]);
  });

  test("a name of the file stays, whoever began", async (t) => {
    const table = await tableOf(t, fileOf({ "slack:U1": "Filed" }));
    await table.link(ANN, "Anna");
    await agree(table, ANN, ANN_TOO);
    await table.carryOut();
    assert.deepEqual(await census(table.store), ["Filed (member): telegram/default/1"]);
  });

  test("two persons of the file stay two", async (t) => {
    const table = await tableOf(t, fileOf({ "slack:U1": "One", "telegram:1": "Two" }));
    const agreement = await agree(table, ANN, ANN_TOO);
    assert.ok(agreement);
    await assert.rejects(draftAgreed(table.context, agreement, false, chance()), { code: "PEOPLE_IN_FILE" });
  });

  test("one person is never half an owner", async (t) => {
    const table = await tableOf(t);
    await agree(table, ANN, ANN_TOO);
    await table.carryOut(true);
    assert.match((await census(table.store))[0] ?? "", /\(owner\)/);
  });

  test("no display name poses as a person whom the file names, now or later", async (t) => {
    for (const shown of ["Boss", "boss", "Bo\u0000ss", " Boss:", "Boss~AAAA", "\u202eBoss", "", "x".repeat(500)]) {
      const table = await tableOf(t, fileOf({ "x:1": "Boss" }));
      const liar = { ...EVE, displayName: shown };
      await agree(table, liar, ANN_TOO);
      await table.carryOut();
      const [line = ""] = await census(table.store);
      assert.match(line, /^[^~:\p{C}]{1,40}~[A-HJ-NP-Z2-9]{4} \(member\): /u);
    }
  });
});
