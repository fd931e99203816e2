import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lastRequest, say, town, type Town } from "../e2e/town.ts";

const ANN = { id: 501, name: "Ann" };
const BOB = { id: 502, name: "Bob" };

interface Person {
  readonly name: string;
  readonly role: string;
  readonly source: string;
  readonly messages: number;
  readonly sessions: readonly string[];
  readonly identities: readonly { readonly channel: string; readonly account: string; readonly peer: string; readonly provedBy: string }[];
}

interface People {
  readonly people: readonly Person[];
  readonly guests: readonly { readonly identity: string; readonly displayName?: string; readonly messages: number; readonly sessions: readonly string[] }[];
}

interface Answer {
  readonly applied: boolean;
  readonly change?: { readonly id: string };
  readonly plan: { readonly id: string; readonly sessions: readonly { readonly key: string; readonly action: string }[]; readonly readers: readonly unknown[] };
}

const listed = (at: Town): Promise<People> => at.json<People>("people", "list");
const shown = async (at: Town, name: string): Promise<Person> => (await at.json<{ person: Person }>("people", "show", name)).person;

/** What a session holds of its people's words. */
async function words(at: Town, key: string): Promise<string[]> {
  return (await at.client().history(key)).filter(({ role }) => role === "user").map(({ text }) => text);
}

/** A command that must be done, and its words. */
async function done(at: Town, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await at.run(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
  return stdout;
}

describe("continuo people", { concurrency: 2 }, () => {
  test("people link shows its plan and waits for a yes; with it the words go along, and a second account of the same person joins them", async (t) => {
    const at = await town(t);
    await say(at, at.first, ANN, "word-ann-one");
    await say(at, at.second, 601, "word-ann-two");
    await say(at, at.first, BOB, "word-bob-one");
    const { people, guests } = await listed(at);
    assert.deepEqual(people, []);
    assert.deepEqual(guests.map(({ identity, messages }) => `${identity} ${messages}`).toSorted(), ["telegram/work:601 1", "telegram:501 1", "telegram:502 1"]);
    const printed = await done(at, "people", "list");
    assert.match(printed, /Linked to nobody\nIDENTITY +NAME +MESSAGES +LAST SPOKE\n[\s\S]*telegram:501 +Ann +1 +just now/);

    const refused = await at.run("people", "link", "telegram:501", "Ann");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /moves +1 +agent:main:telegram:dm:501 +agent:main:person:Ann/);
    assert.match(refused.stderr, /\[CHANGE_NEEDS_APPROVAL\]\n {2}fix: .*--yes/);
    const dry = await at.json<Answer>("people", "link", "telegram:501", "Ann", "--dry-run");
    assert.deepEqual([dry.applied, dry.plan.sessions.map(({ key, action }) => `${action} ${key}`)], [false, ["move agent:main:telegram:dm:501"]]);
    assert.deepEqual((await listed(at)).people, [], "nothing of it was done");

    const first = await done(at, "people", "link", "telegram:501", "Ann", "--yes");
    assert.match(first, /✓ telegram:501 is Ann now\.\n[\s\S]*continuo rollback /);
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one"]);
    const second = await at.json<Answer>("people", "link", "telegram/work:601", "Ann", "--yes");
    assert.equal(second.applied, true);
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one", "word-ann-two"]);
    const ann = await shown(at, "ann");
    assert.deepEqual([ann.name, ann.role, ann.source, ann.messages, ann.sessions], ["Ann", "member", "store", 2, ["agent:main:person:Ann"]]);
    assert.deepEqual(ann.identities.map(({ account, peer, provedBy }) => `${account} ${peer} ${provedBy}`).toSorted(), ["default 501 operator", "work 601 operator"]);
    await say(at, at.second, 601, "what did I say?");
    assert.match(lastRequest(at.model), /word-ann-one.*word-ann-two/);
    assert.doesNotMatch(lastRequest(at.model), /word-bob/);
    assert.match(await done(at, "people", "show", "Ann"), /Role +member[\s\S]*telegram\/work:601[\s\S]*you said so[\s\S]*agent:main:person:Ann/);
  });

  test("people unlink, rename and split: everybody's words go with the accounts that said them", async (t) => {
    const at = await town(t);
    for (const [server, id, text] of [[at.first, 501, "word-ann-one"], [at.second, 601, "word-ann-two"], [at.first, 503, "word-ann-three"]] as const) await say(at, server, id, text);
    for (const identity of ["telegram:501", "telegram/work:601", "telegram:503"]) await done(at, "people", "link", identity, "Ann", "--yes");
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one", "word-ann-two", "word-ann-three"]);

    assert.match(await done(at, "people", "rename", "Ann", "Joanna", "--yes"), /✓ Ann is called Joanna now\./);
    assert.deepEqual(await words(at, "agent:main:person:Joanna"), ["word-ann-one", "word-ann-two", "word-ann-three"]);
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one", "word-ann-two", "word-ann-three"], "the old key leads there");

    const split = await at.json<Answer>("people", "split", "Joanna", "telegram/work:601", "--to", "Zoe", "--yes");
    assert.deepEqual([split.applied, split.plan.sessions.map(({ key, action }) => `${action} ${key}`)], [true, ["split agent:main:person:Joanna"]]);
    assert.deepEqual(await words(at, "agent:main:person:Zoe"), ["word-ann-two"]);
    assert.deepEqual(await words(at, "agent:main:person:Joanna"), ["word-ann-one", "word-ann-three"]);
    await say(at, at.second, 601, "what did I say?");
    assert.doesNotMatch(lastRequest(at.model), /word-ann-one|word-ann-three/);

    assert.match(await done(at, "people", "unlink", "telegram:503", "--yes"), /✓ telegram:503 is linked to nobody now\./);
    await say(at, at.first, 503, "and now?");
    assert.match(lastRequest(at.model), /word-ann-three/);
    assert.doesNotMatch(lastRequest(at.model), /word-ann-one|word-ann-two/);
    await say(at, at.first, 501, "and I?");
    assert.match(lastRequest(at.model), /word-ann-one/);
    assert.doesNotMatch(lastRequest(at.model), /word-ann-two|word-ann-three/);
    assert.deepEqual((await shown(at, "Zoe")).identities.map(({ peer }) => peer), ["601"]);
    assert.deepEqual((await listed(at)).guests.map(({ identity }) => identity), ["telegram:503"]);
  });

  test("people merge and role: one conversation with all that both have said, and the owner's is the main one; each is taken back by rollback", async (t) => {
    const at = await town(t);
    await at.client().ask("word-owner-one");
    await say(at, at.first, ANN, "word-ann-one");
    await say(at, at.first, BOB, "word-bob-one");
    await done(at, "people", "link", "telegram:501", "Ann", "--yes");
    await done(at, "people", "link", "telegram:502", "Bob", "--yes");
    const before = JSON.stringify([await at.client().history("agent:main:person:Ann"), await at.client().history("agent:main:person:Bob"), await at.client().history()]);

    const shownPlan = await at.run("people", "merge", "Bob", "Ann");
    assert.equal(shownPlan.code, 1);
    assert.match(shownPlan.stdout, /Who would newly see whose words/);
    assert.match(await done(at, "people", "merge", "Bob", "Ann", "--yes"), /✓ Bob is Ann now\./);
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one", "word-bob-one"]);
    assert.deepEqual((await listed(at)).people.map(({ name }) => name), ["Ann"]);

    assert.match(await done(at, "people", "role", "Ann", "owner", "--yes"), /✓ Ann is owner now\./);
    assert.deepEqual(await words(at, "main"), ["word-owner-one", "word-ann-one", "word-bob-one"]);
    await say(at, at.first, BOB, "what was said?");
    assert.match(lastRequest(at.model), /word-owner-one.*word-ann-one.*word-bob-one/);
    await done(at, "people", "role", "Ann", "member", "--yes");
    assert.deepEqual(await words(at, "main"), ["word-owner-one"]);
    assert.deepEqual(await words(at, "agent:main:person:Ann"), ["word-ann-one", "word-bob-one", "what was said?"]);
    for (const _ of ["role", "role", "merge"]) await done(at, "rollback", "--yes");
    assert.deepEqual((await listed(at)).people.map(({ name }) => name).toSorted(), ["Ann", "Bob"]);
    assert.deepEqual(await words(at, "agent:main:person:Bob"), ["word-bob-one", "what was said?"], "what was said since stays with who said it");
    const after = [await at.client().history("agent:main:person:Ann"), (await at.client().history("agent:main:person:Bob")).slice(0, 2), await at.client().history()];
    assert.equal(JSON.stringify(after), before);
  });

  test("with the gateway down people are listed and changed all the same, and the next gateway knows it", async (t) => {
    const at = await town(t);
    await say(at, at.first, ANN, "word-ann-one");
    await say(at, at.second, 601, "word-ann-two");
    await at.stop();
    assert.equal((await listed(at)).guests.length, 2);
    assert.equal((await at.run("people", "link", "telegram:501", "Ann")).code, 1);
    await done(at, "people", "link", "telegram:501", "Ann", "--yes");
    await done(at, "people", "link", "telegram/work:601", "Ann", "--yes");
    assert.equal((await shown(at, "Ann")).messages, 2);
    await at.start();
    await say(at, at.first, ANN, "what did I say?");
    assert.match(lastRequest(at.model), /word-ann-one.*word-ann-two/);
  });

  test("what cannot be done names its reason and its cure", async (t) => {
    const at = await town(t, { parts: { session: { identityLinks: { Carol: ["telegram:700"] } } } });
    await say(at, at.first, 700, "word-carol-one");
    assert.deepEqual([(await shown(at, "Carol")).source, await words(at, "agent:main:person:Carol")], ["file", ["word-carol-one"]]);
    const cases: [string[], RegExp][] = [
      [["people", "show", "Nobody"], /\[PEOPLE_UNKNOWN\]/],
      [["people", "link", "501", "Ann", "--yes"], /\[REQUEST_INVALID\]/],
      [["people", "unlink", "telegram:999", "--yes"], /\[PEOPLE_/],
      [["people", "link", "telegram:700", "Ann", "--yes"], /\[PEOPLE_/],
      [["people", "unlink", "telegram:700", "--yes"], /\[PEOPLE_/],
      [["people", "rename", "Nobody", "Ann", "--yes"], /\[PEOPLE_UNKNOWN\]/],
    ];
    for (const [args, words] of cases) {
      const failed = await at.run(...args);
      assert.equal(failed.code, 1, args.join(" "));
      assert.match(failed.stderr, words);
      assert.match(failed.stderr, /\n {2}fix: /);
    }
    assert.deepEqual((await listed(at)).people.map(({ name }) => name), ["Carol"]);
  });
});
