import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { heard, mutter, OWNER, say, town, type Town } from "./town.ts";

const ANN = { id: 71, name: "Ann" };
const GROUP = -1_001_234_567;
const PAIRING = { dmPolicy: "pairing", allowFrom: [String(OWNER)] };

interface Request {
  readonly code: string;
  readonly senderId: string;
  readonly account: string;
}

function codeIn(notice: string): string {
  return /Your code is ([A-Z0-9]{8})\./.exec(notice)?.[1] ?? assert.fail(`there is no code in: ${notice}`);
}

async function waiting(at: Town): Promise<Request[]> {
  return (await at.json<{ requests: Request[] }>("pairing", "list")).requests;
}

describe("pairing", { concurrency: 2 }, () => {
  test("a stranger is told a code once, and has neither a session nor a turn; approved as a person they are told, and answered from then on", async (t) => {
    const at = await town(t, { policy: PAIRING });
    const notice = await say(at, at.first, ANN, "hello?");
    const code = codeIn(notice);
    assert.match(notice, /telegram:71/);
    assert.deepEqual(await mutter(at, at.first, ANN, "hello again?"), [], "no second notice");
    assert.equal((await at.client().status()).sessions.count, 0);
    assert.deepEqual((await waiting(at)).map((request) => [request.code, request.senderId]), [[code, "71"]]);
    const shown = await at.run("pairing", "approve", "telegram", code, "--person", "Ann", "--dry-run");
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /They will get a conversation of their own: agent:main:person:Ann/);
    assert.equal((await waiting(at)).length, 1, "a dry run lets nobody in");
    const done = await at.run("pairing", "approve", "telegram", code, "--person", "Ann", "--yes");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /is let in as Ann\.[\s\S]*agent:main:person:Ann/);
    await at.client().settled();
    assert.match(heard(at.first, ANN.id).at(-1) ?? "", /You are let in/);
    assert.equal(await say(at, at.first, ANN, "thank you"), "noted");
    assert.deepEqual((await at.client().history("agent:main:person:Ann")).map(({ text }) => text), ["thank you", "noted"]);
    assert.deepEqual(await waiting(at), []);
    const again = await at.run("pairing", "approve", code, "--yes");
    assert.deepEqual([again.code, /PAIRING_UNKNOWN/.test(again.stderr)], [1, true]);
  });

  test("P38 whoever is let in on one account is a stranger on the other and in every group, and no stranger can let anybody in", async (t) => {
    const at = await town(t, { policy: { ...PAIRING, groupPolicy: "allowlist" } });
    const code = codeIn(await say(at, at.first, ANN, "hello?"));
    for (const text of [`/pairing approve telegram ${code}`, `continuo pairing approve telegram ${code} --me`, `/approve ${code}`, code]) {
      assert.deepEqual(await mutter(at, at.first, ANN, text), [], text);
    }
    assert.equal((await waiting(at)).length, 1);
    assert.equal((await at.run("pairing", "approve", "telegram", code, "--guest", "--yes")).code, 0);
    assert.equal(await say(at, at.first, ANN, "I am in"), "noted");
    const other = await say(at, at.second, ANN, "and here?");
    const second = codeIn(other);
    assert.notEqual(second, code);
    assert.deepEqual((await waiting(at)).map(({ account }) => account), ["work"]);
    const inGroup = `@${at.first.botUsername} and in a group?`;
    assert.deepEqual(await mutter(at, at.first, ANN, inGroup, { chat: { id: GROUP, title: "Garden" } }), []);
    assert.deepEqual(await mutter(at, at.first, ANN, `/pairing approve telegram ${second}`).then((said) => said.length), 1, "it is a text like another");
    assert.deepEqual((await waiting(at)).map(({ account }) => account), ["work"], "a guest lets nobody in either");
    // A guest's own code opens no door to a stranger.
    const link = /Your code is `?([A-Z0-9-]+)/.exec(await say(at, at.first, ANN, "/link"))?.[1] ?? "";
    assert.notEqual(link, "");
    assert.deepEqual(await mutter(at, at.second, ANN, `/link ${link}`), []);
    assert.equal((await at.client().status()).sessions.count, 1);
  });

  test("three requests of an account may wait at a time: the fourth stranger hears nothing, and is not listed", async (t) => {
    const at = await town(t, { policy: PAIRING });
    for (const id of [71, 72, 73]) codeIn(await say(at, at.first, id, "hello?"));
    assert.deepEqual(await mutter(at, at.first, 74, "hello?"), []);
    codeIn(await say(at, at.second, 74, "hello?"));
    const requests = await waiting(at);
    assert.deepEqual(requests.map(({ account, senderId }) => `${account} ${senderId}`), ["default 71", "default 72", "default 73", "work 74"]);
    const rejected = requests[0]?.code ?? "";
    assert.equal((await at.run("pairing", "reject", "telegram", rejected)).code, 0);
    assert.deepEqual(await mutter(at, at.first, 71, "why not?"), [], "who was refused is told nothing");
    codeIn(await say(at, at.first, 74, "and now?"));
    assert.deepEqual((await waiting(at)).map(({ account, senderId }) => `${account} ${senderId}`), ["default 72", "default 73", "work 74", "default 74"]);
  });

  test("requests outlive the gateway, and with it down they are listed and approved all the same; --me shares the owner's conversation", async (t) => {
    const at = await town(t, { policy: PAIRING });
    await at.client().ask("my locker has the number locker-7319");
    const code = codeIn(await say(at, at.first, ANN, "it is me, on my new phone"));
    const other = codeIn(await say(at, at.first, 72, "hello?"));
    await at.stop();
    assert.deepEqual((await waiting(at)).map((request) => request.code), [code, other]);
    const done = await at.run("pairing", "approve", code.toLowerCase(), "--me", "--yes");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /is let in as you\.[\s\S]*You will share agent:main:main/);
    assert.equal((await at.run("pairing", "reject", other)).code, 0);
    assert.deepEqual(await waiting(at), []);
    await at.start();
    assert.equal(await say(at, at.first, ANN, "what was my locker?"), "noted");
    assert.match(JSON.stringify(at.model.requests().at(-1)), /locker-7319/);
    assert.deepEqual(await mutter(at, at.first, 72, "anybody?"), []);
    assert.equal((await at.client().status()).sessions.count, 1);
  });

  test("with the gateway up, what a guest is let in to is a conversation of their own, and a request without a terminal needs a yes", async (t) => {
    const at = await town(t, { policy: PAIRING });
    const code = codeIn(await say(at, at.first, ANN, "hello?"));
    const answer = await at.json<{ applied: boolean; sessionKey: string; shares: string[] }>("pairing", "approve", code, "--yes");
    assert.deepEqual([answer.applied, answer.sessionKey, answer.shares], [true, "agent:main:telegram:dm:71", []]);
    assert.equal(await say(at, at.first, ANN, "hello"), "noted");
    codeIn(await say(at, at.first, 72, "hello?"));
    const undecided = await at.run("pairing", "approve", (await waiting(at))[0]?.code ?? "", "--me");
    assert.equal(undecided.code, 1);
    assert.match(undecided.stderr, /\[CHANGE_NEEDS_APPROVAL\]\n {2}fix: .*--yes/);
    assert.equal((await waiting(at)).length, 1);
  });
});
