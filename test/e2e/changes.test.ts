import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { rowsIn } from "../store/database.ts";
import { until, type WireError } from "./client.ts";
import { questionOf, readLog, textOf, type LogLine } from "./house.ts";
import { heard, lastRequest, OWNER, say, town, type Town } from "./town.ts";

const ANN = { id: 501, name: "Ann" };
const BOB = { id: 502, name: "Bob" };
const SESSION = { owner: [`telegram:${OWNER}`] };
const MAIN = "agent:main:main";
const ANNS = "agent:main:telegram:dm:501";
const BOBS = "agent:main:telegram:dm:502";

interface Plan {
  readonly id: string;
  readonly readers: readonly { readonly reader: string; readonly author: string; readonly messages: number }[];
  readonly sessions: readonly { readonly key: string; readonly action: string }[];
}

interface Changes {
  readonly waiting: { readonly plan: Plan } | null;
  readonly changes: readonly { readonly id: string; readonly state: string; readonly mode: string; readonly cause: string }[];
}

/** The whole configuration with this under `session`. */
const withSession = (at: Town, session: object, more: object = {}): object => at.config({ session: { ...SESSION, ...session }, ...more });

/** A town whose `session` has this beside the owner. */
const townWith = (t: Parameters<typeof town>[0], session: object = {}): Promise<Town> => town(t, { parts: { session: { ...SESSION, ...session } } });

function write(at: Town, config: object): void {
  writeFileSync(join(at.stateDir, "openclaw.json"), JSON.stringify(config));
}

/** The newest line of the log that says this, beyond those that said it before. */
function logged(at: Town, what: RegExp, beyond = 0): Promise<LogLine> {
  return until(`the log says ${what.source}`, () => readLog(at.stateDir).filter(({ msg }) => what.test(msg))[beyond]);
}

async function listed(at: Town): Promise<Changes> {
  return at.client().request<Changes>("changes.list");
}

async function keysOf(at: Town): Promise<string[]> {
  const { sessions } = await at.client().request<{ sessions: { key: string }[] }>("sessions.list", { limit: 1000 });
  return sessions.map(({ key }) => key).toSorted();
}

/** Every transcript, whole. */
async function transcripts(at: Town): Promise<Record<string, unknown>> {
  const all: [string, unknown][] = [];
  for (const key of await keysOf(at)) all.push([key, await at.client().history(key)]);
  return Object.fromEntries(all);
}

async function words(at: Town, key: string): Promise<string[]> {
  return (await at.client().history(key)).filter(({ role }) => role === "user").map(({ text }) => text);
}

/** The owner, Ann and Bob, each with two words, one after the other. */
async function talk(at: Town): Promise<void> {
  for (let i = 0; i < 2; i++) {
    await at.client().ask(`word-page-${i}`);
    await say(at, at.first, OWNER, `word-owner-${i}`);
    await say(at, at.first, ANN, `word-ann-${i}`);
    await say(at, at.first, BOB, `word-bob-${i}`);
  }
}

const ONE_BY_ONE = [0, 1].flatMap((i) => ["page", "owner", "ann", "bob"].map((who) => `word-${who}-${i}`));

const SCOPES = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"] as const;
type Scope = (typeof SCOPES)[number];

/** A round trip that takes every way from one scope to another once. */
function roundTrip(): Scope[] {
  const open = new Map<Scope, Scope[]>(SCOPES.map((scope) => [scope, SCOPES.filter((other) => other !== scope)]));
  const way: Scope[] = [];
  const stack: Scope[] = ["auto"];
  for (let here = stack.at(-1); here !== undefined; here = stack.at(-1)) {
    const next = open.get(here)?.pop();
    if (next === undefined) way.unshift(...stack.splice(-1));
    else stack.push(next);
  }
  return way;
}

interface Speaker {
  readonly name: string;
  /** Null is the page. */
  readonly account: "default" | "work" | null;
  readonly id: number;
}

const SPEAKERS: readonly Speaker[] = [
  { name: "page", account: null, id: 0 },
  { name: "owner", account: "default", id: OWNER },
  { name: "ann", account: "default", id: 501 },
  { name: "anna", account: "work", id: 601 },
  { name: "bob", account: "default", id: 502 },
  { name: "bobby", account: "work", id: 502 },
];
const LINKS = { Ann: ["telegram:501", "telegram:601"] };

/** With whom somebody shares a conversation, as section 2 and A1 to A4 say it: the same circle, the same words. */
function circleOf(scope: Scope, linked: boolean, { name, account, id }: Speaker): string {
  if (account === null || scope === "main") return "main";
  if (scope === "auto" && name === "owner") return "main";
  if (linked && name.startsWith("ann")) return "Ann";
  return scope === "per-account-channel-peer" ? `${account} ${id}` : `${id}`;
}

/** Everybody says their next word at once; resolves to what the model was sent with each. */
async function sayAll(at: Town, round: number): Promise<Map<string, string[]>> {
  const from = at.model.requests().length;
  const page = at.client().ask(`word-page-${round}`);
  const servers = { default: at.first, work: at.second };
  for (const { name, account, id } of SPEAKERS) {
    if (account !== null) await servers[account].injectMessage({ chat: id, from: id, text: `word-${name}-${round}` });
  }
  await page;
  for (const { account, id } of SPEAKERS) if (account !== null) await until(`${account} ${id} is answered in round ${round}`, () => heard(servers[account], id).length > round);
  await at.client().settled();
  const requests = at.model.requests().slice(from);
  return new Map(
    SPEAKERS.map(({ name }) => {
      const request = requests.find((body) => questionOf(body).includes(`word-${name}-${round}`));
      return [name, (request?.messages ?? []).flatMap(({ role, content }) => (role === "user" ? (textOf(content).match(/word-\w+-\d+/g) ?? []) : []))];
    }),
  );
}

describe("changes of who shares a conversation", { concurrency: 2 }, () => {
  test("P20 from every scope to every other, and with a link added and taken out in each: the next message goes on with all its circle has said, and nobody else's word is there", { timeout: 300_000 }, async (t) => {
    const at = await townWith(t, { dmScope: "auto" });
    const change = (path: string[], value?: unknown): Promise<unknown> => at.client().request("changes.apply", { edits: [{ path, ...(value === undefined ? {} : { value }) }] });
    const made = { round: 0, ways: 0, links: 0 };
    const check = async (scope: Scope, linked: boolean): Promise<void> => {
      const { round } = made;
      const seen = await sayAll(at, round);
      for (const speaker of SPEAKERS) {
        const circle = SPEAKERS.filter((other) => circleOf(scope, linked, other) === circleOf(scope, linked, speaker)).map(({ name }) => name);
        const found = seen.get(speaker.name) ?? [];
        const where = `${speaker.name}, round ${round}, ${scope}${linked ? ", linked" : ""}`;
        const earlier = found.filter((word) => !word.endsWith(`-${round}`));
        const expected = Array.from({ length: round }, (_, i) => circle.map((name) => `word-${name}-${i}`)).flat();
        assert.deepEqual(earlier.toSorted(), expected.toSorted(), where);
        const own = earlier.filter((word) => word.startsWith(`word-${speaker.name}-`));
        assert.deepEqual(own, Array.from({ length: round }, (_, i) => `word-${speaker.name}-${i}`), `${where}: in order`);
        assert.ok(found.every((word) => circle.some((name) => word.startsWith(`word-${name}-`))), `${where}: nobody else's`);
      }
      made.round++;
    };
    const way = roundTrip();
    const known = new Set<Scope>();
    for (const [index, scope] of way.entries()) {
      if (index > 0) {
        await change(["session", "dmScope"], scope);
        made.ways++;
      }
      await check(scope, false);
      if (known.has(scope)) continue;
      known.add(scope);
      await change(["session", "identityLinks"], LINKS);
      await check(scope, true);
      await change(["session", "identityLinks"]);
      await check(scope, false);
      made.links += 2;
    }
    assert.deepEqual([made.ways, made.links], [20, 10]);
    t.diagnostic(`${made.ways} ways between scopes, ${made.links} links, ${made.round * SPEAKERS.length} messages: 0 words lost, 0 foreign`);
  });

  test("plan shows who would newly read whose words, apply brings the histories together in the order of their time, and rollback gives every transcript back exactly", async (t) => {
    const at = await townWith(t);
    await talk(at);
    const before = await transcripts(at);
    assert.deepEqual(Object.keys(before), [MAIN, ANNS, BOBS].toSorted());
    const fileBefore = readFileSync(join(at.stateDir, "openclaw.json"), "utf8");

    const planned = await at.run("plan", "--set", "session.dmScope=main");
    assert.equal(planned.code, 0, planned.stderr);
    assert.match(planned.stdout, /Who would newly see whose words/);
    for (const reader of [/Ann/, /Bob/]) assert.match(planned.stdout, reader);
    const { plan } = await at.json<{ plan: Plan }>("plan", "--set", "session.dmScope=main");
    assert.deepEqual(plan.sessions.map(({ key, action }) => `${action} ${key}`).toSorted(), [ANNS, BOBS].map((key) => `merge ${key}`));
    assert.ok(plan.readers.length >= 4, "Ann and Bob would read the owner and each other");
    const refused = await at.run("apply", "--set", "session.dmScope=main");
    assert.deepEqual([refused.code, /CHANGE_NEEDS_APPROVAL/.test(refused.stderr)], [1, true]);
    assert.deepEqual(await transcripts(at), before, "neither has changed anything");
    assert.equal(readFileSync(join(at.stateDir, "openclaw.json"), "utf8"), fileBefore);

    const applied = await at.run("apply", "--set", "session.dmScope=main", "--yes");
    assert.equal(applied.code, 0, applied.stderr);
    assert.deepEqual(await keysOf(at), [MAIN]);
    assert.deepEqual(await words(at, MAIN), ONE_BY_ONE);
    assert.deepEqual(await words(at, ANNS), ONE_BY_ONE, "an old key leads to where its words are");
    assert.match(readFileSync(join(at.stateDir, "openclaw.json"), "utf8"), /"dmScope":\s*"main"/);
    assert.deepEqual((await listed(at)).waiting, null);

    const back = await at.run("rollback", "--yes");
    assert.equal(back.code, 0, back.stderr);
    assert.deepEqual(await transcripts(at), before);
    assert.deepEqual(JSON.parse(readFileSync(join(at.stateDir, "openclaw.json"), "utf8")), JSON.parse(fileBefore));
    assert.deepEqual((await listed(at)).changes.map(({ state, cause }) => `${state} ${cause}`), ["undone config"]);
    await say(at, at.first, ANN, "what did I say?");
    assert.match(lastRequest(at.model), /word-ann-0.*word-ann-1/);
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|bob)/);
  });

  test("what is said between a change and its rollback stays with those who said it", async (t) => {
    const at = await townWith(t);
    await talk(at);
    const before = await transcripts(at);
    assert.equal((await at.run("apply", "--set", "session.dmScope=main", "--yes")).code, 0);
    await say(at, at.first, ANN, "word-ann-late");
    await say(at, at.first, BOB, "word-bob-late");
    assert.match(lastRequest(at.model), /word-ann-late/);
    assert.equal((await at.run("rollback", "--yes")).code, 0);
    assert.deepEqual((await at.client().history(MAIN)), before[MAIN]);
    assert.deepEqual(await words(at, ANNS), ["word-ann-0", "word-ann-1", "word-ann-late"]);
    assert.deepEqual(await words(at, BOBS), ["word-bob-0", "word-bob-1", "word-bob-late"]);
  });

  test("a change in the file that shows nobody anything new is made while running, with the histories, and is taken back like every other", async (t) => {
    const at = await townWith(t, { dmScope: "main" });
    await talk(at);
    assert.deepEqual(await words(at, MAIN), ONE_BY_ONE);
    const before = await transcripts(at);
    write(at, withSession(at, { dmScope: "per-channel-peer" }));
    await logged(at, /history was carried along with the changed settings/);
    assert.deepEqual(await words(at, MAIN), ["word-page-0", "word-page-1"]);
    assert.deepEqual(await words(at, ANNS), ["word-ann-0", "word-ann-1"]);
    await say(at, at.first, BOB, "what did I say?");
    assert.match(lastRequest(at.model), /word-bob-0.*word-bob-1/);
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|ann)/);
    assert.deepEqual((await listed(at)).waiting, null);
    assert.equal((await at.run("rollback", "--yes")).code, 0);
    assert.deepEqual(await words(at, MAIN), [...ONE_BY_ONE, "what did I say?"]);
    assert.equal(JSON.stringify(await at.client().history(MAIN)).startsWith(JSON.stringify(before[MAIN]).slice(0, -1)), true, "what was there before is there as it was");
    // The file still says it: from now on that waits, across a restart too.
    assert.ok((await listed(at)).waiting !== null);
    await at.stop();
    await at.start();
    assert.ok((await listed(at)).waiting !== null);
    assert.deepEqual(await words(at, MAIN), [...ONE_BY_ONE, "what did I say?"]);
  });

  test("a change in the file that would show words to new readers waits: everything else of the file is in force, routing is the old one, and apply makes it", async (t) => {
    const at = await townWith(t);
    await talk(at);
    const before = await transcripts(at);
    write(at, withSession(at, { dmScope: "main" }, { messages: { queue: { debounceMs: 7 } } }));
    await logged(at, /changes who shares a conversation; that part waits for you/);
    await logged(at, /configuration changed: messages\.queue\.debounceMs/);
    const { waiting } = await listed(at);
    assert.ok(waiting !== null && waiting.plan.readers.length >= 4);
    const status = await at.client().request<{ warnings: string[] }>("status");
    assert.ok(status.warnings.some((words) => words.includes("continuo apply")), status.warnings.join("\n"));
    assert.match((await at.run("changes")).stdout, /A change waits for your yes/);
    assert.match((await at.run("plan")).stdout, /session\.dmScope +"auto" +"main"/);
    assert.deepEqual(await transcripts(at), before);
    await say(at, at.first, ANN, "and now?");
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|bob)/);

    // It waits across a restart too.
    await at.stop();
    await at.start();
    await say(at, at.first, ANN, "and after a restart?");
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|bob)/);
    assert.equal((await listed(at)).waiting?.plan.readers.length, waiting.plan.readers.length);

    const applied = await at.run("apply", "--yes");
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal((await listed(at)).waiting, null);
    await say(at, at.first, ANN, "and with a yes?");
    assert.match(lastRequest(at.model), /word-page-0.*word-owner-0.*word-ann-0.*word-bob-0/);
  });

  test("another setting of the same save takes effect at once, and editing back what waits clears it", async (t) => {
    const at = await townWith(t);
    await talk(at);
    const other = { ...at.config(), session: { ...SESSION, dmScope: "main" }, agents: { defaults: { model: { primary: "mock/m" }, systemPrompt: "You are a lighthouse keeper." } } };
    write(at, other);
    await logged(at, /that part waits for you/);
    await logged(at, /configuration changed: agents\.defaults\.systemPrompt/);
    await say(at, at.first, ANN, "who are you?");
    assert.match(lastRequest(at.model), /lighthouse keeper/);
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|bob)/);
    write(at, { ...other, session: SESSION });
    await until("nothing waits any more", async () => (await listed(at)).waiting === null);
    const status = await at.client().request<{ warnings?: string[] }>("status");
    assert.deepEqual((status.warnings ?? []).filter((words) => words.includes("continuo apply")), []);
    assert.deepEqual(await keysOf(at), [MAIN, ANNS, BOBS].toSorted());
  });

  test("a file that was edited while no gateway ran is planned at the next start: harmless it is made, with new readers it waits", async (t) => {
    const at = await townWith(t);
    await talk(at);
    const before = await transcripts(at);
    await at.stop();
    write(at, withSession(at, { dmScope: "main" }));
    await at.start();
    assert.ok((await listed(at)).waiting !== null);
    assert.deepEqual(await transcripts(at), before);
    await say(at, at.first, BOB, "and I?");
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|ann)/);
    await at.stop();
    // A command does it without a gateway just as well.
    assert.match((await at.run("plan")).stdout, /Who would newly see whose words/);
    const applied = await at.run("apply", "--yes");
    assert.equal(applied.code, 0, applied.stderr);
    await at.start();
    assert.deepEqual([await keysOf(at), (await listed(at)).waiting], [[MAIN], null]);
    await at.stop();
    write(at, withSession(at, { dmScope: "per-account-channel-peer" }));
    await at.start();
    assert.equal((await listed(at)).waiting, null);
    await say(at, at.first, BOB, "and now?");
    assert.match(lastRequest(at.model), /word-bob-0.*word-bob-1/);
    assert.doesNotMatch(lastRequest(at.model), /word-(page|owner|ann)/);
  });

  test("session.onScopeChange: \"fresh\" leaves what was said where it is, and \"ask\" waits even where nobody reads anything new", async (t) => {
    const at = await townWith(t, { dmScope: "main", onScopeChange: "ask" });
    await talk(at);
    write(at, withSession(at, { dmScope: "per-channel-peer", onScopeChange: "ask" }));
    await logged(at, /that part waits for you/);
    assert.equal((await listed(at)).waiting?.plan.readers.length, 0);
    await say(at, at.first, ANN, "shared still?");
    assert.match(lastRequest(at.model), /word-bob-0/);
    write(at, withSession(at, { dmScope: "per-channel-peer", onScopeChange: "fresh" }));
    await until("nothing waits any more", async () => (await listed(at)).waiting === null);
    await say(at, at.first, ANN, "what did I say?");
    assert.doesNotMatch(lastRequest(at.model), /word-/);
    assert.deepEqual(await words(at, MAIN), [...ONE_BY_ONE, "shared still?"]);
    assert.equal((await listed(at)).changes[0]?.mode, "fresh");
  });

  test("two changes are taken back one after the other to exactly the rows that there were, ended conversations too; the older one cannot go first, and a stale plan is refused", async (t) => {
    const at = await townWith(t);
    await talk(at);
    await say(at, at.first, ANN, "/new");
    await say(at, at.first, ANN, "word-ann-anew");
    const rows = async (): Promise<unknown> => {
      await at.client().settled();
      const tables = { entries: "session_id, seq", conversations: "session_id", sessions: "key", participants: "session_key, channel, account, chat, sender_id", key_aliases: "from_key" };
      return Object.fromEntries(await Promise.all(Object.entries(tables).map(async ([table, order]) => [table, await rowsIn(at.stateDir, `select * from ${table} order by ${order}`)] as const)));
    };
    const before = await rows();
    const stale = await at.client().request<{ plan: Plan }>("changes.plan", { edits: [{ path: ["session", "dmScope"], value: "main" }] });
    await say(at, at.first, { id: 503, name: "Cleo" }, "word-cleo-more");
    const apply = (value: unknown, more: object = {}): Promise<{ change: { id: string } }> => at.client().request("changes.apply", { edits: [{ path: ["session", "dmScope"], value }], ...more });
    await assert.rejects(apply("main", { planId: stale.plan.id }), (error: WireError) => error.details.continuoCode === "CHANGE_STALE");
    const between = await rows();
    assert.notDeepEqual(between, before);
    const first = await apply("main");
    const merged = await rows();
    const second = await apply("per-account-channel-peer");
    assert.deepEqual(await words(at, "agent:main:telegram:default:dm:501"), ["word-ann-anew"]);
    await assert.rejects(at.client().request("changes.rollback", { id: first.change.id, approve: true }), (error: WireError) => error.details.continuoCode === "CHANGE_NOT_LATEST");
    await at.client().request("changes.rollback", { id: second.change.id, approve: true });
    assert.deepEqual(await rows(), merged);
    await at.client().request("changes.rollback", { id: first.change.id, approve: true });
    assert.deepEqual(await rows(), between);
    assert.deepEqual((await listed(at)).changes.map(({ state }) => state), ["undone", "undone"]);
    await assert.rejects(at.client().request("changes.rollback", { id: first.change.id, approve: true }), (error: WireError) => error.details.continuoCode === "CHANGE_UNKNOWN");
  });

  test("who begins to speak while a change waits for a running turn was in no plan: it is refused as stale, and can be looked at again", async (t) => {
    const at = await townWith(t);
    await say(at, at.first, ANN, "word-ann-one");
    await say(at, at.first, BOB, "word-bob-one");
    const edits = [{ path: ["session", "dmScope"], value: "main" }];
    const { plan } = await at.client().request<{ plan: Plan }>("changes.plan", { edits });
    const rest = Promise.withResolvers<void>();
    at.model.behave((body) => (questionOf(body).includes("word-ann-two") ? { kind: "hold", until: rest.promise, text: "noted" } : { kind: "reply", text: "noted" }));
    await at.first.injectMessage({ chat: ANN.id, from: ANN, text: "word-ann-two" });
    await until("her turn runs", () => at.model.open() === 1);
    const applied = at.client().request("changes.apply", { edits, planId: plan.id }).then(() => "applied", (error: WireError) => error.details.continuoCode);
    await at.first.injectMessage({ chat: 503, from: { id: 503, name: "Cleo" }, text: "word-cleo-one" });
    await until("Cleo is answered", () => heard(at.first, 503).length === 1);
    rest.resolve();
    assert.equal(await applied, "CHANGE_STALE");
    await at.client().settled();
    assert.deepEqual(await words(at, "agent:main:telegram:dm:503"), ["word-cleo-one"]);
    assert.equal((await keysOf(at)).length, 3);
  });
});
