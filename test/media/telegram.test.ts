import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createTelegramChannel } from "../../src/channels/telegram/index.ts";
import type { Attachment } from "../../src/domain/message.ts";
import { startMirror } from "../../src/main/mirror.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { startTelegramServer, type TelegramServer } from "../servers/telegram-server.ts";
import { rowsIn } from "../store/database.ts";
import { openTo, startHarness, until, type Harness, type HarnessOptions } from "../line/harness.ts";
import { png, refOf } from "./pictures.ts";

const KEY = "agent:main:telegram:dm:42";
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

interface House {
  readonly h: Harness;
  readonly telegram: TelegramServer;
  /** Has the channel begin to hear. */
  start(): Promise<void>;
  /** Sends something of the kind; resolves when it has been put where the bot finds it. */
  send(fields: Readonly<Record<string, unknown>>, text?: string): Promise<void>;
}

async function startHouse(t: TestContext, options: HarnessOptions = {}): Promise<House> {
  const telegram = await startTelegramServer();
  const h = await startHarness({ config: openTo("telegram"), queue: { mode: "collect", cap: 10_000 }, ...options });
  const channel = createTelegramChannel({ botToken: telegram.token, apiRoot: telegram.apiRoot }, { random: () => 0, wait: async () => undefined });
  const cursors = new Map<string, string>();
  const start = (): Promise<void> => channel.start({
    receive: h.receive,
    amend: h.amend,
    readCursor: async (_, name) => cursors.get(name) ?? null,
    writeCursor: async (_, name, value) => void cursors.set(name, value),
    log: quiet,
    now: () => Date.now(),
    onStatus: () => undefined,
  });
  t.after(async () => {
    await channel.stop();
    await h.close();
    await telegram.close();
  });
  const send: House["send"] = async (fields, text = "x") => {
    await telegram.injectMessage({ chat: 42, from: 42, text, extra: text === "x" ? { text: undefined, ...fields } : fields });
  };
  return { h, telegram, start, send };
}

function photo(telegram: TelegramServer, bytes: Uint8Array, caption?: string): Readonly<Record<string, unknown>> {
  const id = telegram.addFile(bytes);
  const sizes = [{ file_id: "thumb", file_unique_id: "t", width: 90, height: 60, file_size: 900 }, { file_id: id, file_unique_id: id, width: 1280, height: 853, file_size: bytes.byteLength }];
  return { photo: sizes, ...(caption === undefined ? {} : { caption }) };
}

/** Of all that is stored of a conversation's transcript. */
async function tableBytes(directory: string): Promise<number> {
  const tables = ["entries", "conversations", "sessions"];
  const rows = await Promise.all(tables.map((table) => rowsIn(directory, `select * from ${table}`)));
  return JSON.stringify(rows).length;
}

async function kept(h: Harness, kind: string): Promise<number> {
  const [row] = await rowsIn<{ count: number }>(h.directory, `select count(*) as count from media_uses where kind = '${kind}'`);
  return Number(row?.count);
}

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
}

test("P30 500 images leave the transcript under 1 MB, and a turn of text alone loads none", async (t) => {
  const { h, telegram, start, send } = await startHouse(t);
  const images = Array.from({ length: 500 }, (_, number) => png(number, 20_000));
  for (const [number, bytes] of images.entries()) await send(photo(telegram, bytes, `picture ${number}`));
  await start();
  await until("all have come", async () => (await kept(h, "entry")) === 500, 120_000);
  await h.settled();
  assert.ok(h.reads.length > 0, "the turns that have images load them");
  assert.ok(h.requests.some(({ messages }) => messages.some(({ images: shown = [] }) => shown.length > 0)));

  const mirror = startMirror({ store: h.store, stateDir: h.directory, settings: h.settings, clock: systemClock, log: quiet });
  mirror.changed(KEY);
  await mirror.stop();
  const mirrored = filesIn(join(h.directory, "agents")).reduce((sum, file) => sum + statSync(file).size, 0);
  const rows = await tableBytes(h.directory);
  t.diagnostic(`${images.reduce((sum, { byteLength }) => sum + byteLength, 0)} bytes of images: ${rows} bytes of rows, ${mirrored} bytes of mirror`);
  assert.ok(rows < 1_000_000 && mirrored < 1_000_000 && mirrored > 50_000);

  h.reads.length = 0;
  await send({}, "and now only words");
  await until("they were asked about", () => h.requests.at(-1)?.messages.at(-1)?.text.includes("only words") === true);
  await h.settled();
  assert.deepEqual(h.reads, []);
  const last = h.requests.at(-1);
  assert.ok(last?.messages.every(({ images: shown }) => shown === undefined));
  assert.ok(last?.messages.some(({ text }) => text.includes("[image: photo.jpg, 20 KB]")), "earlier ones are a line");
});

test("photos, documents, voice, audio, video and stickers come as what they are, with their captions as the words", async (t) => {
  const { h, telegram, start, send } = await startHouse(t);
  const file = (rest: object, bytes = png(1)): object => ({ file_id: telegram.addFile(bytes), file_unique_id: "u", file_size: bytes.byteLength, ...rest });
  await send(photo(telegram, png(2), "look"));
  await send({ document: file({ file_name: "../../plan [1].pdf", mime_type: "application/pdf" }) });
  await send({ voice: file({ duration: 2 }) });
  await send({ audio: file({ file_name: "song.flac", mime_type: "audio/flac" }) });
  await send({ video: file({}) });
  await send({ sticker: file({ is_animated: false, is_video: false }) });
  await send({ animation: file({ mime_type: "video/mp4" }), document: file({ mime_type: "video/mp4" }) });
  await start();
  await until("all have come", async () => (await kept(h, "entry")) === 7);
  await h.settled();
  const rows = await rowsIn<{ text: string; meta: string }>(h.directory, "select text, meta from entries where role = 'user' order by seq");
  const seen = rows.map(({ text, meta }) => [text, ...(JSON.parse(meta) as { attachments: Attachment[] }).attachments.map(({ kind, name, type }) => `${kind} ${name} ${type}`)]);
  assert.deepEqual(seen, [
    ["look", "image photo.jpg image/jpeg"],
    ["[document]", "file plan 1 .pdf application/pdf"],
    ["[voice]", "audio voice.ogg audio/ogg"],
    ["[audio]", "audio song.flac audio/flac"],
    ["[video]", "video video.mp4 video/mp4"],
    ["[sticker]", "image sticker.webp image/webp"],
    ["[animation]", "video animation.mp4 video/mp4"],
  ]);
  const ref = refOf(png(2));
  assert.deepEqual(await h.media.media.read(ref), png(2));
});

test("what is too large, or cannot be fetched, leaves a note in its place, and the message comes in", async (t) => {
  const media = { maxBytes: "100kb", perMessage: 20, kinds: ["image", "file"] };
  const { h, telegram, start, send } = await startHouse(t, { config: { ...openTo("telegram"), messages: { media } } as never });
  const announced = { file_id: telegram.addFile(png(1)), file_unique_id: "u", file_size: 48 * 1_048_576, file_name: "film.png", mime_type: "image/png" };
  await send({ document: announced, caption: "my film" });
  // It says nothing of its size before, and is larger.
  await send({ document: { file_id: telegram.addFile(png(2, 200_000)), file_unique_id: "u", mime_type: "image/png" } });
  await send({ document: { file_id: telegram.addFile(png(3), true), file_unique_id: "u", mime_type: "image/png" } });
  await send({ voice: { file_id: telegram.addFile(png(4)), file_unique_id: "u", duration: 1, file_size: 10 } });
  await send({ document: { file_id: "nobody-knows-it", file_unique_id: "u" }, caption: "read this" });
  await start();
  await until("all have come", async () => (await h.texts(KEY)).filter((text) => text.startsWith("user")).length === 5);
  await h.settled();
  assert.deepEqual((await h.texts(KEY)).filter((text) => text.startsWith("user")), [
    "user: my film\n[image: too large, 48 MB]",
    "user: [image: too large, more than 100 KB]",
    "user: [image: too large, more than 100 KB]",
    "user: [audio: not taken here]",
    "user: read this\n[file: could not be fetched]",
  ]);
  assert.equal(await kept(h, "entry"), 0);
});

test("a fetch that fails for a moment is tried again, before the message is acknowledged", async (t) => {
  const { h, telegram, start, send } = await startHouse(t);
  const fields = photo(telegram, png(1), "look");
  telegram.fail("getFile", { kind: "error", code: 500, description: "Internal Server Error" });
  telegram.fail("file-1", { kind: "drop" });
  await send(fields);
  await start();
  await until("it was answered", () => h.channel("telegram").sent.length === 1);
  assert.deepEqual(h.requests.at(-1)?.messages.at(-1)?.images?.map(({ data }) => refOf(data)), [refOf(png(1))]);
  const calls = telegram.calls().map(({ method }) => method);
  const confirmed = telegram.calls("getUpdates").findIndex(({ body }) => body["offset"] !== undefined);
  assert.deepEqual(calls.filter((method) => method === "getFile" || method === "file-1"), ["getFile", "getFile", "file-1", "getFile", "file-1"]);
  assert.ok(confirmed !== 0);
});

test("nobody's files are fetched before they are let in", async (t) => {
  const { h, telegram, start, send } = await startHouse(t, { config: { channels: { telegram: { dmPolicy: "pairing" } } } as never });
  await send(photo(telegram, png(1), "let me in"));
  await start();
  await until("the stranger was told", () => h.channel("telegram").sent.length === 1);
  assert.equal(telegram.calls("getFile").length, 0);
  assert.deepEqual(await rowsIn(h.directory, "select * from media"), []);
});
