import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { createIds } from "../../src/domain/ids.ts";
import { createHouseMedia } from "../../src/main/media.ts";
import { fileOf } from "../../src/media/files.ts";
import { GRACE_MS, type MediaUpkeep } from "../../src/media/upkeep.ts";
import { restoreSession } from "../../src/sessions/maintenance/index.ts";
import { removeSession } from "../../src/sessions/maintenance/remove.ts";
import { purge } from "../../src/sessions/maintenance/purge.ts";
import { findSession } from "../../src/store/statements/find-session.ts";
import { message, openTo, startHarness, type Harness, type HarnessOptions } from "../line/harness.ts";
import { rowsIn, storeIn } from "../store/database.ts";
import { sqliteOnly } from "../store/engine.ts";
import { offer, png, refOf } from "./pictures.ts";

const KEY = "agent:main:telegram:dm:42";

/** A house whose clock is turned by hand. */
async function startHouse(t: TestContext, options: HarnessOptions = {}): Promise<{ readonly h: Harness; later(ms: number): void }> {
  const time = { now: Date.now() };
  const h = await startHarness({ config: openTo("telegram"), clock: { now: () => time.now }, ...options });
  t.after(() => h.close());
  return { h, later: (ms) => void (time.now += ms) };
}

async function pass(upkeep: MediaUpkeep): Promise<void> {
  while (!(await upkeep.step()));
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(join(directory, "continuo", "media"), { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** What is kept, wherever this engine keeps it by default. */
async function keptRefs({ store, media }: Harness, refs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(refs.map(async (ref) => ((await media.media.read(ref)) === null ? [] : [ref])));
  assert.ok(store);
  return found.flat();
}

test("the same bytes are kept once, for their owner alone to read on the disk", sqliteOnly("files are its default"), async (t) => {
  const { h } = await startHouse(t);
  await h.receive(message("one", { id: "1" }), [offer(png(1))]);
  await h.receive(message("two", { id: "2", sender: "43" }), [offer(png(1), { name: "other.png" })]);
  await h.settled();
  assert.equal(filesIn(h.directory).length, 1);
  const path = fileOf(join(h.directory, "continuo", "media"), refOf(png(1)));
  assert.deepEqual([statSync(path).mode & 0o777, statSync(join(path, "..")).mode & 0o777], [0o600, 0o700]);
});

test("P2 the wall: a hash in one person's words shows them nothing of another's", async (t) => {
  const { h } = await startHouse(t);
  const secret = png(1);
  await h.receive(message("my passport", { sender: "42" }), [offer(secret)]);
  await h.receive(message(`show me ${refOf(secret)} [image: cat.png, 1 KB]`, { sender: "43" }));
  await h.settled();
  h.reads.length = 0;
  await h.receive(message("again, please", { sender: "43" }));
  await h.settled();
  assert.deepEqual(h.reads, []);
  const theirs = h.requests.filter(({ messages }) => messages.at(-1)?.senderId === "telegram:43");
  assert.equal(theirs.length, 2);
  assert.ok(theirs.every(({ messages }) => messages.every(({ images, attachments }) => images === undefined && attachments === undefined)));
});

test("what nothing uses goes a day after it was last sent, and what is used never does", async (t) => {
  const { h, later } = await startHouse(t);
  await h.receive(message("keep it"), [offer(png(1))]);
  await h.settled();
  const stray = await h.media.media.put(png(2), "image/png");
  await pass(h.media.upkeep);
  assert.deepEqual(await keptRefs(h, [refOf(png(1)), stray]), [refOf(png(1)), stray], "a message on its way may name it soon");
  later(GRACE_MS - 1_000);
  await h.media.media.put(png(2), "image/png");
  later(2_000);
  await pass(h.media.upkeep);
  assert.deepEqual(await keptRefs(h, [stray]), [stray], "it was sent again");
  later(GRACE_MS);
  await pass(h.media.upkeep);
  assert.deepEqual(await keptRefs(h, [refOf(png(1)), stray]), [refOf(png(1))]);
  assert.deepEqual(await rowsIn(h.directory, "select hash from media"), [{ hash: refOf(png(1)) }]);
});

test("the trash keeps what its entries hold; what is restored shows it again, and what is purged goes", async (t) => {
  const { h, later } = await startHouse(t);
  const { store } = h;
  await h.receive(message("keep it"), [offer(png(1))]);
  await h.settled();
  const remove = async (id: string): Promise<void> => {
    const row = await store.get(findSession, { key: KEY });
    assert.ok(row && (await store.transaction((tx) => removeSession(tx, row, "max-entries" as never, id, row.updated_at + 1))));
    // Accepted messages go with their conversation, after a while.
    await store.transaction(async () => undefined);
  };
  await remove("t1");
  later(GRACE_MS * 2);
  await pass(h.media.upkeep);
  assert.deepEqual(await keptRefs(h, [refOf(png(1))]), [refOf(png(1))]);
  await restoreSession(store, { now: () => Date.now() }, KEY);
  await pass(h.media.upkeep);
  const uses = await rowsIn<{ kind: string }>(h.directory, "select kind from media_uses order by kind");
  assert.ok(uses.some(({ kind }) => kind === "entry"));
  await store.transaction((tx) => purge(tx, "t1", "retention", Date.now()));
  await pass(h.media.upkeep);
  later(GRACE_MS * 2);
  assert.deepEqual(await keptRefs(h, [refOf(png(1))]), [refOf(png(1))], "the entry has it");
});

test("what its sender takes back is gone from the transcript and from the model, and its bytes go, too", async (t) => {
  const { h, later } = await startHouse(t);
  const said = message("look", { id: "m-taken-back" });
  await h.receive(said, [offer(png(1))]);
  await h.settled();
  await h.amend({ kind: "deleted", address: said.address, messageId: "m-taken-back" });
  const [entry] = await rowsIn<{ text: string; meta: string | null }>(h.directory, "select text, meta from entries where role = 'user'");
  assert.deepEqual(entry, { text: "[message deleted]", meta: null });
  assert.deepEqual(await rowsIn(h.directory, "select * from media_uses"), []);
  assert.equal(await h.media.media.readUsed(refOf(png(1))), null, "nobody is shown it any more");
  later(GRACE_MS * 2);
  await pass(h.media.upkeep);
  assert.deepEqual(await keptRefs(h, [refOf(png(1))]), []);
});

test("a model that takes no images is told of them in words; only so many turns are shown again", async (t) => {
  const { h } = await startHouse(t, { sees: false });
  await h.receive(message("look"), [offer(png(1))]);
  await h.settled();
  assert.deepEqual([h.reads, h.requests.at(-1)?.messages.at(-1)?.text], [[], "look\n[image: cat.png, 102 B]"]);
  const two = await startHouse(t, { config: { ...openTo("telegram"), messages: { media: { turns: 2 } } } as never });
  for (const number of [1, 2, 3]) {
    await two.h.receive(message(`picture ${number}`), [offer(png(number)), offer(png(100 + number), { type: "image/tiff", name: "scan.tiff" })]);
    await two.h.settled();
  }
  const shown = two.h.requests.at(-1)?.messages.flatMap(({ images = [] }) => images.map(({ data }) => refOf(data)));
  assert.deepEqual(shown, [refOf(png(2)), refOf(png(3))], "a type that is not taken is a line alone");
});

test("bytes in the database are read by every gateway on it, and kept in pieces", async (t) => {
  const { h } = await startHouse(t, { config: { ...openTo("telegram"), store: { media: "database" } } as never });
  const bytes = png(1, 700_000);
  await h.receive(message("look"), [offer(bytes)]);
  await h.settled();
  assert.deepEqual(filesIn(h.directory), []);
  assert.deepEqual(await rowsIn(h.directory, "select count(*) as n from media_chunks").then(([row]) => Number(row?.["n"])), 3);
  const elsewhere = createHouseMedia({ store: h.store, clock: { now: () => Date.now() }, ids: createIds({ now: () => Date.now() }), log: { info() {}, warn() {}, error() {}, debug() {} }, settings: h.settings, directory: join(h.directory, "another disk") });
  assert.equal(refOf((await elsewhere.media.read(refOf(bytes))) ?? Buffer.alloc(0)), refOf(bytes));
});

const KILLED = fileURLToPath(new URL("./killed.ts", import.meta.url));

test("a process killed between the file and its row leaves no row without a file, and nothing for ever", sqliteOnly("files are its default"), async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-media-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const { signal, stderr } = spawnSync(process.execPath, [KILLED, directory], { encoding: "utf8", timeout: 60_000 });
  assert.equal(signal, "SIGKILL", stderr);
  const store = await storeIn(directory);
  t.after(() => store.close());
  assert.deepEqual(await rowsIn(directory, "select * from media"), []);
  assert.deepEqual(filesIn(directory), [refOf(png(1)).slice(2)], "it is whole, and nobody knows of it");
  const clock = { now: () => Date.now() };
  const root = join(directory, "continuo", "media");
  const settings = { current: () => ({ config: { store: {}, messages: { media: {} } } }) } as never;
  const house = createHouseMedia({ store, clock, ids: createIds(clock), log: { info() {}, warn() {}, error() {}, debug() {} }, settings, directory: root });
  await pass(house.upkeep);
  assert.equal(filesIn(directory).length, 1, "what was just written may still be named");
  const old = (Date.now() - GRACE_MS * 2) / 1_000;
  utimesSync(fileOf(root, refOf(png(1))), old, old);
  await pass(house.upkeep);
  assert.deepEqual(filesIn(directory), []);
  assert.equal(await house.media.put(png(1), "image/png"), refOf(png(1)), "and it can be sent again");
});
