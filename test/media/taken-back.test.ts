import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { forgetUnheld } from "../../src/media/let-go.ts";
import { message, openTo, startHarness, until, type Harness, type HarnessOptions } from "../line/harness.ts";
import { rowsIn } from "../store/database.ts";
import { ENGINE } from "../store/engine.ts";
import { offer, png, refOf } from "./pictures.ts";

const FIRST = png(1, 300_000);
const SECOND = png(2);

async function house(t: TestContext, options: HarnessOptions = {}): Promise<Harness> {
  const h = await startHarness({ config: openTo("telegram"), ...options });
  t.after(() => h.close());
  return h;
}

async function say(h: Harness, text: string, offered: readonly Buffer[] = [], said: Parameters<typeof message>[1] = {}): Promise<string> {
  const before = h.channel("telegram").sent.length;
  await h.receive(message(text, said), offered.map((bytes) => offer(bytes)));
  await until(`"${text}" is answered`, () => h.channel("telegram").sent.length > before);
  await h.settled();
  return h.channel("telegram").sent.at(-1)?.part.text ?? "";
}

/** Where any of these bytes are: rows of either place, and files of the whole state directory. */
async function remains(h: Harness, bytes: Buffer): Promise<string[]> {
  const ref = refOf(bytes);
  const tables = ["media", "media_chunks", "media_uses"];
  const rows = await Promise.all(tables.map(async (table) => ((await rowsIn(h.directory, `select hash from ${table} where hash = ?`, ref)).length > 0 ? [table] : [])));
  const files = readdirSync(h.directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const named = files.filter(({ parentPath, name }) => join(parentPath, name).replaceAll("/", "").includes(ref));
  return [...rows.flat(), ...named.map(({ name }) => `file ${name}`)];
}

/** The same, looked for in every byte of the state directory. */
function rawly(h: Harness, bytes: Buffer): string[] {
  const files = readdirSync(h.directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const piece = bytes.subarray(60, 96);
  return files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes(piece)).map(({ name }) => name);
}

for (const place of ["files", "database"] as const) {
  test(`/forget removes what came with it at once, from every copy; what somebody else sent too stays (${place})`, async (t) => {
    const h = await house(t, { config: { ...openTo("telegram"), store: { media: place } } as never });
    await say(h, "mine", [FIRST, SECOND]);
    await say(h, "mine too", [SECOND], { sender: "43" });
    await say(h, "/fork");
    await say(h, "/fork");
    assert.match(await say(h, "/forget yes"), /Forgotten: 1 message/);
    assert.deepEqual(await remains(h, FIRST), []);
    if (ENGINE === "sqlite" && place === "files") assert.deepEqual(rawly(h, FIRST), []);
    assert.deepEqual(await h.media.media.read(refOf(SECOND)), SECOND);
    const kept = await Promise.all(["entries", "inbox"].map((table) => rowsIn(h.directory, `select * from ${table}`)));
    assert.ok(!JSON.stringify(kept).includes(refOf(FIRST)), "no row names it");
    await say(h, "/forget yes", [], { sender: "43" });
    assert.deepEqual(await remains(h, SECOND), []);
  });
}

test("what a platform deletes goes at once, with what an edit of it had set aside, and from forks", async (t) => {
  const h = await house(t);
  const said = message("look", { id: "to-delete" });
  await h.receive(said, [offer(FIRST)]);
  await h.settled();
  await h.amend({ kind: "edited", message: { ...said, text: "look here" } });
  assert.notDeepEqual(await remains(h, FIRST), [], "an edit takes nothing back");
  await say(h, "/fork");
  await h.amend({ kind: "deleted", address: said.address, messageId: "to-delete" });
  assert.deepEqual(await remains(h, FIRST), []);
});

test("a message that waits and is deleted leaves nothing of what came with it", async (t) => {
  let release = (): void => undefined;
  const answered = new Promise<void>((resolve) => (release = resolve));
  const h = await house(t, {
    answers: {
      async *echo() {
        await answered;
        yield { kind: "text", delta: "done" };
        yield { kind: "finish", usage: { input: 1, output: 1, cacheRead: null, cacheWrite: null }, stopReason: "stop" };
      },
    },
    queue: { mode: "followup" },
  });
  await h.receive(message("first"));
  await until("it is asked", () => h.requests.length === 1);
  const said = message("look", { id: "waits" });
  await h.receive(said, [offer(FIRST)]);
  await h.amend({ kind: "deleted", address: said.address, messageId: "waits" });
  assert.deepEqual(await remains(h, FIRST), []);
  release();
  await h.settled();
});

test("a file that goes while somebody else's message with the same one comes in is kept for that one", async (t) => {
  const h = await house(t);
  let loads = 0;
  const offered = {
    ...offer(FIRST),
    async load() {
      loads++;
      return FIRST;
    },
  };
  // The last file of the message is asked for when the first one is kept already, and held by nothing yet.
  const thief = {
    ...offer(SECOND),
    async load() {
      if (loads === 1) {
        assert.equal(await h.store.transaction((tx) => forgetUnheld(tx, refOf(FIRST))), true);
        await h.media.discard([refOf(FIRST)], Date.now() + 1);
      }
      return SECOND;
    },
  };
  await h.receive(message("both"), [offered, thief]);
  await h.settled();
  assert.equal(loads, 2);
  for (const bytes of [FIRST, SECOND]) assert.deepEqual(await h.media.media.read(refOf(bytes)), bytes);
});

test("off the record no byte of a file is fetched or kept, nor with a command; its sender and the model are told", async (t) => {
  const h = await house(t);
  let loads = 0;
  const offered = {
    ...offer(FIRST, { name: "passport-4711.png" }),
    async load() {
      loads++;
      return FIRST;
    },
  };
  const send = async (text: string): Promise<string> => {
    const before = h.channel("telegram").sent.length;
    await h.receive(message(text), [offered]);
    await until(`"${text}" is answered`, () => h.channel("telegram").sent.length > before);
    await h.settled();
    return h.channel("telegram").sent.at(-1)?.part.text ?? "";
  };
  await send("/private");
  assert.match(await send("my passport"), /Files are not taken off the record.*\n\necho: my passport\n\[image: not taken off the record\]/s);
  assert.match(await send("[image]"), /Files are not taken.*echo: \[image: not taken off the record\]$/s);
  await send("/status");
  assert.equal(loads, 0);
  assert.deepEqual([await remains(h, FIRST), rawly(h, FIRST)], [[], []]);
  assert.ok(!JSON.stringify(await Promise.all(["entries", "inbox", "outbox"].map((table) => rowsIn(h.directory, `select * from ${table}`)))).includes("passport"));
  await send("/private off");
  assert.equal(loads, 0, "it goes with the last command off the record");
  await send("now on the record");
  assert.equal(loads, 1);
});
