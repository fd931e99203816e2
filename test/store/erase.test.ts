import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";
import { systemClock } from "../../src/domain/clock.ts";
import { createIds } from "../../src/domain/ids.ts";
import { beginErasure, exportPerson, finishErasure, preview, runningErasures, scan, type Certificate, type EraseParts, type Subject } from "../../src/rights/index.ts";
import { createChunks, createMedia } from "../../src/media/index.ts";
import { TABLE_KEYS } from "../../src/store/copy/table-list.ts";
import { everyTable } from "../../src/store/erase/table-rows.ts";
import { sealAll } from "../../src/store/seals/seal.ts";
import { verifyLedger } from "../../src/store/seals/verify.ts";
import type { Store } from "../../src/store/store.ts";
import { rowsIn, tamperIn, type Row } from "./database.ts";
import { ANN, BOB, FILES, planted, refOf, talkIn, type Planted } from "./planted.ts";

const SUBJECT: Subject = { name: "Ann", personId: "p-Ann", isOwner: false, accounts: [ANN, `alias-of-${ANN}`].map((peer) => ({ channel: "telegram", account: "default", peer })) };

const NOT_COMPARED: ReadonlySet<string> = new Set(["erasures", "erasure_parts", "seals", "events"]);

async function* nothing(): AsyncGenerator<never> {}

function partsOf(store: Store, more: Partial<EraseParts["around"]> = {}): EraseParts {
  const place = createChunks(store, systemClock);
  const { discard } = createMedia({ store, clock: systemClock, place, other: place });
  const around = { discard, hold: async () => () => undefined, onPeople: async () => undefined, onErased: async () => undefined, files: nothing, backups: () => [], isAlone: true, ...more };
  return { store, clock: systemClock, ids: createIds(systemClock), version: "0.0.0-test", around, onProgress: () => undefined };
}

/** Everything that is kept, as text: packed parts unpacked. */
async function everything(directory: string): Promise<Map<string, string[]>> {
  const tables = new Map<string, string[]>();
  for (const name of TABLE_KEYS.keys()) {
    const rows = await rowsIn(directory, `select * from ${name}`);
    const told = rows.map((row: Row) => {
      const content = name === "trash_parts" && row["kind"] === "entries" ? zstdDecompressSync(Buffer.from(String(row["content"]), "base64")).toString("utf8") : row["content"];
      return JSON.stringify(Object.fromEntries(Object.entries({ ...row, content }).toSorted(([a], [b]) => (a < b ? -1 : 1))));
    });
    tables.set(name, told.toSorted());
  }
  return tables;
}

async function mentions(directory: string, ...words: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const [name, rows] of await everything(directory)) for (const row of rows) if (words.some((word) => row.includes(word))) found.push(`${name}: ${row}`);
  return found;
}

async function bobsTexts({ directory }: Planted): Promise<string[]> {
  const rows = [...(await everything(directory)).values()].flat().join("\n");
  return [...new Set(rows.match(/(?:the answer to |more |last )?(?:words|overheard|queued) of bob(?: in \w)?/g) ?? [])].toSorted();
}

/** A store that dies before its nth transaction. */
function dyingAt(store: Store, steps: number): Store {
  let left = steps;
  return {
    ...store,
    transaction(work, session) {
      if (left-- <= 0) return Promise.reject(new Error("killed"));
      return session === undefined ? store.transaction(work) : store.transaction(work, session);
    },
  };
}

async function erase(store: Store): Promise<Certificate> {
  const parts = partsOf(store);
  const [running] = await runningErasures(store);
  return (await finishErasure(parts, running ?? (await beginErasure(parts, SUBJECT)))).certificate;
}

const HERS = ["of ann", "Ann", ANN, `name-of-${ANN}`];

describe("somebody is erased", () => {
  test("from every table, and others are not", async (t) => {
    const at = await planted(t);
    const bob = await bobsTexts(at);
    assert.ok(bob.length > 10);
    await sealAll(at.store, createIds(systemClock), () => systemClock.now());
    const counted = await preview(partsOf(at.store), SUBJECT);
    const certificate = await erase(at.store);
    assert.deepEqual(await mentions(at.directory, ...HERS), []);
    assert.deepEqual(await bobsTexts(at), bob);
    assert.equal((await mentions(at.directory, `name-of-${BOB}`)).length > 5, true);
    assert.equal((await verifyLedger(at.store, [certificate.ledger])).ok, true);
    assert.ok(certificate.ledger.rewritten >= 3);
    assert.deepEqual(counted.removed.counts, certificate.removed, "a dry run counts what is then removed");
    for (const kind of ["messages", "replies", "messages in the trash", "usage", "overheard", "identities", "sessions"]) assert.ok((certificate.removed[kind] ?? 0) > 0, kind);
    assert.deepEqual(await rowsIn(at.directory, "select state, subject from erasures"), [{ state: "done", subject: null }]);
    // What was for her is gone; what speaks of her goes on without her, and is still a job.
    const jobs = await rowsIn<{ id: string; job: string }>(at.directory, "select id, job from jobs order by id");
    assert.deepEqual(jobs.map(({ id }) => id), ["about-1", "about-2", "to-2"]);
    assert.match((JSON.parse(jobs[0]?.job ?? "{}") as { payload: { message: string } }).payload.message, /^Write to erased-\d+$/);
    assert.deepEqual(await rowsIn(at.directory, "select id from job_runs where id = 'run-in-own'"), []);
  });

  test("a file goes with its last use, out of the trash as well; what somebody else sent stays", async (t) => {
    const at = await planted(t);
    const counted = await preview(partsOf(at.store), SUBJECT);
    const certificate = await erase(at.store);
    const left = [FILES.bob, FILES.both].map(refOf).toSorted();
    for (const table of ["media", "media_chunks"]) assert.deepEqual((await rowsIn<{ hash: string }>(at.directory, `select hash from ${table}`)).map(({ hash }) => hash).toSorted(), left, table);
    const uses = await rowsIn<{ kind: string; id: string; hash: string }>(at.directory, "select kind, id, hash from media_uses ");
    assert.deepEqual(uses.filter(({ hash }) => !left.includes(hash)), []);
    assert.deepEqual(uses.filter(({ kind }) => kind === "trash").map(({ hash }) => hash).toSorted(), left);
    assert.deepEqual([counted.removed.counts["files"], certificate.removed["files"], certificate.files.length], [2, 2, 2]);
    assert.deepEqual(counted.removed.counts["uses of files"], certificate.removed["uses of files"]);
    assert.ok(!JSON.stringify(certificate).includes(refOf(FILES.ann)), "nobody can tell from it what was sent");
  });

  test("a summary that a change has left with somebody else goes too, where it stands for their words", async (t) => {
    const at = await planted(t);
    const meta = JSON.stringify({ compaction: { firstKeptSeq: 3, tokensBefore: null, speakers: [{ channel: "telegram", account: "default", senderId: ANN, audience: `peer:telegram:default:${ANN}` }] } });
    const row = { ...talkIn("b", `agent:main:telegram:dm:${BOB}`)[4], meta };
    const columns = Object.keys(row);
    await tamperIn(at.directory, `insert into entries (${columns.map((column) => `"${column}"`).join(", ")}) values (${columns.map(() => "?").join(", ")})`, ...Object.values(row));
    await erase(at.store);
    assert.deepEqual(await mentions(at.directory, ...HERS), []);
  });

  test("what others said stays in a row, and their conversation is shown by what is left", async (t) => {
    const at = await planted(t);
    await erase(at.store);
    const rows = await rowsIn<{ id: string; parent_id: string | null }>(at.directory, "select id, parent_id from entries where session_id = 'g' order by seq");
    assert.deepEqual(rows, [
      { id: "g-3", parent_id: null },
      { id: "g-4", parent_id: "g-3" },
      { id: "g-7", parent_id: "g-4" },
      { id: "g-9", parent_id: "g-7" },
    ]);
    const [conversation] = await rowsIn<{ preview: string; leaf_id: string; message_count: number; amends: number }>(at.directory, "select preview, leaf_id, message_count, amends from conversations where session_id = 'g'");
    assert.deepEqual({ ...conversation, message_count: Number(conversation?.message_count), amends: Number(conversation?.amends) > 0 }, { preview: "words of bob in g", leaf_id: "g-9", message_count: 4, amends: true });
    assert.deepEqual(await rowsIn(at.directory, "select key, last_route from sessions where key = 'agent:main:main'"), [{ key: "agent:main:main", last_route: null }]);
  });

  test("a certificate finds what is put back, whoever has it now, and knows nothing of her", async (t) => {
    const at = await planted(t);
    const certificate = await erase(at.store);
    assert.ok(!HERS.some((word) => JSON.stringify(certificate).includes(word)));
    const look = async (): Promise<string[]> => {
      const found = new Set<string>();
      const wanted = { salt: certificate.salt, identities: new Set(certificate.identities), marks: new Set(certificate.marks), files: new Set(certificate.files) };
      await scan({ store: at.store, tables: everyTable(), files: nothing() }, wanted, ({ what, where }) => void found.add(`${what} ${where}`));
      return [...found].toSorted();
    };
    assert.deepEqual(await look(), []);
    await tamperIn(at.directory, "update entries set text = ? where id = 'g-9'", "she said: secret private of ann, the long one, I think");
    await tamperIn(at.directory, "update outbox set peer = ? where id = 'd2'", ANN);
    await tamperIn(at.directory, "update sessions set label = 'Ann' where key = 'agent:main:main'");
    await tamperIn(at.directory, "insert into media_uses (kind, id, hash) values ('entry', 'g-9', ?)", refOf(FILES.ann));
    assert.deepEqual(await look(), ["file media_uses", "identity outbox", "identity sessions", "text entries"]);
  });

  test("killed before any of its steps it goes on, and ends as if nothing had happened", async (t) => {
    const whole = await planted(t);
    await erase(whole.store);
    const wanted = await everything(whole.directory);
    let steps = 0;
    for (let isDone = false; !isDone; steps += 6) {
      const at = await planted(t);
      isDone = await erase(dyingAt(at.store, steps)).then(() => true, (error: Error) => assert.equal(error.message, "killed") ?? false);
      const certificate = isDone ? null : await erase(at.store);
      assert.deepEqual(await mentions(at.directory, ...HERS), [], `killed before step ${steps}`);
      const found = await everything(at.directory);
      for (const [name, rows] of wanted) if (!NOT_COMPARED.has(name) && name !== "conversations") assert.deepEqual(found.get(name), rows, `${name}, killed before step ${steps}`);
      assert.equal((await verifyLedger(at.store, certificate === null ? [] : [certificate.ledger])).ok, true);
    }
    t.diagnostic(`killed before ${steps} steps, each sixth`);
    assert.ok(steps > 20);
  });

  test("what she says while it goes on is erased as well", async (t) => {
    const at = await planted(t);
    let said = false;
    const hold = async () => {
      if (said) return () => undefined;
      said = true;
        return () => void tamperIn(at.directory, "insert into overheard (channel, account, chat, thread, sender_id, sender_name, message_id, text, at, thread_key) values ('telegram', 'default', '-1', null, ?, 'x', 'late', 'secret late of ann', 1, '')", ANN);
    };
    const parts = partsOf(at.store, { hold });
    await finishErasure(parts, await beginErasure(parts, SUBJECT));
    assert.deepEqual(await mentions(at.directory, ...HERS), []);
  });
});

test("what is written down for somebody has nothing that others said, not even where it was summed up", async (t) => {
  const at = await planted(t);
  const [json, html]: [string[], string[]] = [[], []];
  await exportPerson(at.store, SUBJECT, 0, { json: async (text) => void json.push(text), html: async (text) => void html.push(text), file: async () => true });
  const { conversations } = JSON.parse(json.join("")) as { conversations: readonly { session: string; messages: readonly { text: string }[] }[] };
  const texts = conversations.flatMap(({ messages }) => messages.map(({ text }) => text));
  assert.ok(texts.some((text) => text.includes("secret one of ann")));
  for (const written of [json.join(""), html.join("")]) assert.deepEqual(written.match(/(?<!the answer to )\b(?:more |last )?words of bob|summed up: [^"<]*/g), null);
});
