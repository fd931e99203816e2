import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { png, refOf } from "../media/pictures.ts";
import { rowsIn, tamperIn } from "../store/database.ts";
import { until } from "./client.ts";
import { mutter, say, town, type Town } from "./town.ts";

const ANN = { id: 5_010_777, name: "Annabel Quux" };
const ANN_AT_WORK = { id: 6_010_777, name: "A. Quux" };
const BOB = { id: 502, name: "Bob" };
const GROUP = { id: -1_001_234_567, title: "Birds" };
const SESSION = { owner: ["telegram:42"] };

/** Said by her, or made of what she said. None may be found anywhere afterwards. */
const SECRETS: readonly string[] = ["heron-9417-nightjar", "kingfisher-2203-plover", "bittern-5561-godwit", "xxquilpo", "Annabel", "Quux", "5010777", "6010777"];
const OF_BOB = "my wren is word-of-bob-7781";

function filesIn(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}

/** What of a word is the same in base64, wherever it stands: by the offset that it has in its group of three. */
function encodings(word: string): string[] {
  return [0, 1, 2].map((offset) => Buffer.from(`${"x".repeat(offset)}${word}`).toString("base64").replaceAll("=", "").slice(offset === 0 ? 0 : 4, -2)).filter((text) => text.length > 7);
}

/** Where any of these stands in the bytes of a file: as text, or in base64. */
function remains(stateDir: string, words: readonly string[]): string[] {
  const files = filesIn(stateDir).filter((path) => !path.includes("/logs/") && !path.includes("/exports/"));
  return files.flatMap((path) => {
    const bytes = readFileSync(path);
    return words.filter((word) => [word, ...encodings(word)].some((text) => bytes.includes(text))).map((word) => `${word} in ${path}`);
  });
}

const TEXTS = "select text as t from entries union all select message from inbox union all select text from outbox union all select coalesce(sender_name, '') || sender_id from participants union all select data || coalesce(session_key, '') from events union all select coalesce(display_name, '') || key from sessions union all select coalesce(preview, '') || key from conversations union all select name from people union all select coalesce(display_name, '') || peer from identities union all select session_key from turns union all select session from trash union all select who from usage_days";

/** The same in what the database answers; trash is unpacked. */
async function remainsInRows(stateDir: string, words: readonly string[]): Promise<string[]> {
  const rows = await rowsIn<{ t: string }>(stateDir, TEXTS);
  const packed = await rowsIn<{ content: string }>(stateDir, "select content from trash_parts where kind = 'entries'");
  const all = [...rows.map(({ t }) => t), ...packed.map(({ content }) => zstdDecompressSync(Buffer.from(content, "base64")).toString("utf8"))];
  return words.flatMap((word) => all.filter((text) => text.includes(word)).map((text) => `${word} in ${text.slice(0, 200)}`));
}

/** Hers alone; sent by both; his alone. */
const PICTURES = [png(1, 90_000), png(2, 90_000), png(3, 90_000)] as const;

/** Which of these bytes are anywhere in the state directory: in a file of whatever name, or in rows. */
async function kept(stateDir: string, pictures: readonly Buffer[]): Promise<boolean[]> {
  const files = filesIn(stateDir).filter((path) => !path.includes("/exports/")).map((path) => readFileSync(path));
  const rows = await rowsIn<{ hash: string }>(stateDir, "select hash from media union select hash from media_chunks");
  return pictures.map((bytes) => files.some((file) => file.includes(bytes.subarray(80, 120))) || rows.some(({ hash }) => hash === refOf(bytes)));
}

async function sendPictures(at: Town): Promise<void> {
  const photo = (bytes: Buffer): { extra: Record<string, unknown> } => {
    const id = at.first.addFile(bytes);
    return { extra: { text: undefined, photo: [{ file_id: id, file_unique_id: id, width: 9, height: 9, file_size: bytes.byteLength }], caption: "look" } };
  };
  await say(at, at.first, ANN, "look", photo(PICTURES[0]));
  await say(at, at.first, ANN, "look", photo(PICTURES[1]));
  await say(at, at.first, BOB, "look", photo(PICTURES[1]));
  await say(at, at.first, BOB, "look", photo(PICTURES[2]));
}

for (const where of ["files", "database"] as const) {
  test(`what somebody sent is exported beside the rest, and erased with them; what others sent too stays (${where})`, async (t) => {
    const at = await town(t, { behave: { kind: "reply" }, parts: { session: SESSION } });
    await at.stop();
    const { store } = at.config() as { store?: object };
    await at.start(at.config({ session: SESSION, store: { ...store, media: where } }));
    await sendPictures(at);
    assert.deepEqual(await kept(at.stateDir, PICTURES), [true, true, true]);
    const exported = await at.json<{ path: string; sent: number }>("people", "export", `telegram:${ANN.id}`);
    const names = readdirSync(join(exported.path, "media")).toSorted();
    assert.deepEqual(names.map((name) => refOf(readFileSync(join(exported.path, "media", name)))), PICTURES.slice(0, 2).map(refOf), "never what only others sent");
    assert.equal(exported.sent, 2);
    const [json = "", html = ""] = ["export.json", "export.html"].map((name) => readFileSync(join(exported.path, name), "utf8"));
    const files = (JSON.parse(json) as { conversations: { messages: { files?: string[] }[] }[] }).conversations.flatMap(({ messages }) => messages.flatMap((message) => message.files ?? []));
    assert.deepEqual(files, names.map((name) => `media/${name}`));
    for (const name of names) assert.ok(html.includes(`href="media/${name}"`), html);

    const counted = await at.json<Erased>("people", "erase", `telegram:${ANN.id}`, "--dry-run");
    assert.deepEqual(await kept(at.stateDir, PICTURES), [true, true, true]);
    const done = await at.json<Erased>("people", "erase", `telegram:${ANN.id}`, "--yes");
    assert.deepEqual([counted.removed["files"], done.removed["files"]], [1, 1]);
    assert.deepEqual(await kept(at.stateDir, PICTURES), [false, true, true]);
    assert.equal((await at.json<{ ok: boolean }>("people", "erase", "--verify", done.path)).ok, true);
    // What is put back beside the database is found by its name's hash.
    const ref = refOf(PICTURES[0]);
    mkdirSync(join(at.stateDir, "continuo/media", ref.slice(0, 2)), { recursive: true });
    writeFileSync(join(at.stateDir, "continuo/media", ref.slice(0, 2), ref.slice(2)), PICTURES[0]);
    const again = await at.run("people", "erase", "--verify", done.path, "--json");
    assert.equal(again.code, 1);
    assert.match(again.stdout, /"what": "file"/);
    await at.stop();
    // Without a gateway the last ones go as well.
    assert.equal((await at.json<Erased>("people", "erase", `telegram:${BOB.id}`, "--yes")).removed["files"], 2);
    assert.deepEqual(await kept(at.stateDir, PICTURES.slice(1)), [false, false]);
  });
}

async function talk(at: Town): Promise<void> {
  await say(at, at.first, ANN, `my bird is ${SECRETS[0]} and zyxxquilpo`);
  await say(at, at.second, ANN_AT_WORK, `and another is ${SECRETS[1]}`);
  assert.equal((await at.run("people", "link", `telegram:${ANN.id}`, "Annabel", "--yes")).code, 0);
  assert.equal((await at.run("people", "link", `telegram/work:${ANN_AT_WORK.id}`, "Annabel", "--yes")).code, 0);
  await say(at, at.first, BOB, OF_BOB);
  await say(at, at.first, BOB, `@${at.first.botUsername} ${OF_BOB} in the group`, { chat: GROUP });
  await say(at, at.first, ANN, `@${at.first.botUsername} mine is ${SECRETS[2]}`, { chat: GROUP });
  await say(at, at.first, BOB, `@${at.first.botUsername} and mine is still there`, { chat: GROUP });
  await mutter(at, at.first, ANN, `nobody is asked: ${SECRETS[2]}`, { chat: GROUP });
}

interface Erased {
  readonly applied: boolean;
  readonly removed: Record<string, number>;
  readonly path: string;
  readonly certificate: object;
  readonly backups: string[];
}

test("a person is exported, erased over all their accounts, and certified; what others said stays", async (t) => {
  const at = await town(t, { behave: { kind: "reply" }, parts: { session: SESSION } });
  await talk(at);
  const exported = await at.json<{ path: string; messages: number }>("people", "export", "Annabel");
  const [json, html] = ["export.json", "export.html"].map((name) => readFileSync(join(exported.path, name), "utf8"));
  for (const secret of SECRETS.slice(0, 3)) {
    assert.ok(json?.includes(secret), `${secret} is in the JSON`);
    assert.ok(html?.includes(secret), `${secret} is on the page`);
  }
  assert.ok(!json?.includes("word-of-bob"), "what others said is theirs");
  assert.ok((JSON.parse(json ?? "") as { conversations: unknown[] }).conversations.length >= 2);

  // It is in the index of words, too.
  await until("it is found by its words", async () => (await rowsIn<{ n: number }>(at.stateDir, "select count(*) as n from search_docs where entry_id in (select id from entries where text like '%zyxxquilpo%')")).some(({ n }) => Number(n) > 0));
  const counted = await at.json<Erased>("people", "erase", "Annabel", "--dry-run");
  assert.equal(counted.applied, false);
  assert.ok((await remainsInRows(at.stateDir, SECRETS)).length > 5, "nothing is changed by looking");
  const done = await at.json<Erased>("people", "erase", "Annabel", "--yes");
  assert.equal(done.applied, true);
  assert.deepEqual(counted.removed["messages"], done.removed["messages"]);
  await at.client().settled();
  assert.deepEqual(await remainsInRows(at.stateDir, SECRETS), []);
  assert.deepEqual(remains(at.stateDir, SECRETS), []);
  assert.ok((await rowsIn<{ text: string }>(at.stateDir, "select text from entries")).some(({ text }) => text.includes("word-of-bob-7781")), "Bob's words are Bob's");

  const check = await at.json<{ ok: boolean; found: unknown[] }>("people", "erase", "--verify", done.path);
  assert.deepEqual([check.ok, check.found], [true, []]);
  const ledger = await at.json<{ ok: boolean; breaks: unknown[] }>("audit", "verify");
  assert.deepEqual([ledger.ok, ledger.breaks], [true, []]);
  assert.equal((await at.run("people", "erase", "Annabel", "--yes")).code, 1, "there is nobody of that name any more");

  // What is put back is found, by hashes alone.
  await tamperIn(at.stateDir, "update entries set text = ? where seq = 1", `he said my bird is ${SECRETS[0]} to me`);
  const again = await at.run("people", "erase", "--verify", done.path, "--json");
  assert.equal(again.code, 1);
  assert.match(again.stdout, /"what": "text"/);
  await tamperIn(at.stateDir, "update events set kind = 'people.nothing' where seq = 1");
  const broken = await at.run("audit", "verify", "--json");
  assert.equal(broken.code, 1);
  assert.match(broken.stdout, /"kind": "changed"/);
  // The gateway serves on.
  assert.match(await say(at, at.first, BOB, "still here?"), /./);
});

test("what a killed gateway left is brought to its end by the next one; without a gateway it is done under the lock; the owner is asked for twice", async (t) => {
  const at = await town(t, { behave: { kind: "reply" }, parts: { session: SESSION } });
  await say(at, at.first, ANN, `my bird is ${SECRETS[0]}`);
  await say(at, at.first, BOB, OF_BOB);
  await at.client().ask("the owner's word is kept-3321");
  const owner = await at.run("people", "erase", "telegram:42", "--yes", "--json");
  assert.equal(owner.code, 1);
  assert.match(owner.stdout, /PEOPLE_IS_OWNER/);
  const silent = await at.run("people", "erase", `telegram:${ANN.id}`, "--json");
  assert.match(silent.stdout, /CHANGE_NEEDS_APPROVAL/);
  await at.stop();
  const subject = JSON.stringify({ name: null, personId: null, isOwner: false, accounts: [{ channel: "telegram", account: null, peer: String(ANN.id) }] });
  await tamperIn(at.stateDir, "insert into erasures (n, state, began_at, version, salt, subject) values (7, 'running', 1, '0', '0123456789abcdef', ?)", subject);
  await at.start();
  await until("it is done", async () => (await rowsIn<{ state: string }>(at.stateDir, "select state from erasures"))[0]?.state === "done");
  await until("the certificate is kept", () => existsSync(join(at.stateDir, "continuo/erasures/erased-7.json")));
  await at.stop();
  assert.deepEqual(await remainsInRows(at.stateDir, [SECRETS[0] ?? "", String(ANN.id)]), []);

  const alone = await at.json<Erased>("people", "erase", `telegram:${BOB.id}`, "--yes");
  assert.equal(alone.applied, true);
  assert.deepEqual(remains(at.stateDir, [OF_BOB, SECRETS[0] ?? ""]), []);
  assert.equal((await at.json<{ ok: boolean }>("audit", "verify")).ok, true);
  assert.equal((await at.json<{ ok: boolean }>("people", "erase", "--verify", alone.path)).ok, true);
  assert.ok((await rowsIn<{ text: string }>(at.stateDir, "select text from entries")).some(({ text }) => text.includes("kept-3321")));
});

test("an owner whom nobody has given a name is shown, exported and erased as `owner`; what needs a name says so", async (t) => {
  const house = await town(t, { parts: { session: SESSION } });
  await say(house, house.first, { id: 42, name: "Somebody" }, "my wren is word-of-owner-1");
  await house.client().request("chat.send", { sessionKey: "main", message: "word-of-owner-2", idempotencyKey: "one" });
  await until("both are answered", async () => (await rowsIn(house.stateDir, "select id from entries where role = 'assistant'")).length === 2);
  await house.client().settled();
  const { person } = await house.json<{ person: { role: string; sessions: string[]; messages: number; identities: { peer: string }[] } }>("people", "show", "owner");
  assert.deepEqual([person.role, person.sessions, person.messages, person.identities.map(({ peer }) => peer)], ["owner", ["agent:main:main"], 2, ["42"]]);
  const { path } = await house.json<{ path: string }>("people", "export", "owner");
  const exported = readFileSync(join(path, "export.json"), "utf8");
  for (const word of ["word-of-owner-1", "word-of-owner-2"]) assert.ok(exported.includes(word), word);
  const renamed = await house.run("people", "rename", "owner", "Ada", "--yes");
  assert.notEqual(renamed.code, 0);
  assert.match(renamed.stderr, /continuo people link IDENTITY NAME --role owner/);
  assert.match((await house.run("people", "erase", "owner", "--yes")).stderr, /is the owner/);
  const erased = await house.run("people", "erase", "owner", "--owner", "--yes");
  assert.equal(erased.code, 0, erased.stderr);
  assert.deepEqual(await rowsIn(house.stateDir, "select text from entries where text like '%word-of-owner%'"), []);
});
