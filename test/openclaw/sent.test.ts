import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { png, refOf } from "../media/pictures.ts";
import { rowsIn, tamperIn } from "../store/database.ts";
import { directoryOf, house } from "./house.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const DIR = "agents/main/sessions";
const [SMALL, LARGE, HUGE, FILED, SECRET] = [png(1), png(2, 30_000), png(3, 90_000), png(4, 100), png(5, 100)];

const image = (bytes: Buffer, more: object = {}): object => ({ type: "image", data: bytes.toString("base64"), mimeType: "image/png", ...more });
const said = (id: string, content: unknown, more: object = {}): object => ({ type: "message", id, parentId: null, message: { role: "user", content, timestamp: 1_773_828_060_000, ...more } });

const LINES: readonly object[] = [
  { type: "session", version: 3, id: ID, timestamp: "2026-03-18T10:00:00Z", cwd: "." },
  said("blocks", [{ type: "text", text: "Look" }, image(SMALL), image(LARGE, { fileName: "cat.png" }), image(HUGE, { fileName: "whale.png" }), { type: "image", source: { type: "base64", media_type: "image/jpeg", data: FILED.toString("base64") } }]),
  said("filed", "Here", { MediaPaths: ["/home/then/.openclaw/media/inbound/dog.png", "/home/then/.openclaw/media/inbound/gone.png"], MediaTypes: ["image/png", "image/png"] }),
  said("outside", "Mine?", { MediaPath: "/x/media/../../secret.png", MediaType: "image/png" }),
  said("linked", "Mine?", { MediaPath: "/x/media/link.png", MediaType: "image/png" }),
  said("words", "[media attached: /home/then/.openclaw/media/inbound/dog.png (image/png) | x]\nshow it"),
];

const FILES = {
  [`${DIR}/sessions.json`]: JSON.stringify({ "agent:main:telegram:direct:7": { sessionId: ID, updatedAt: 1_773_828_060_000 } }),
  [`${DIR}/${ID}.jsonl`]: LINES.map((line) => `${JSON.stringify(line)}\n`).join(""),
  "media/inbound/dog.png": FILED,
  "secret.png": SECRET,
};

test("what was sent comes along where its bytes are there and small enough; else a line and the report say so", async (t) => {
  const root = directoryOf(t, FILES);
  symlinkSync(join(root, "secret.png"), join(root, "media/link.png"));
  const { moving, stateDir, rows } = await house(t, { "openclaw.json": JSON.stringify({ messages: { media: { maxBytes: 40_000 } } }) });
  const looked = await moving.importOpenClaw({ from: root, dryRun: true });
  assert.deepEqual(await rows("select hash from media"), [], "a dry run keeps nothing");
  const report = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(report.notMapped, [
    { what: "attachments", count: 4, why: "too large, of a kind that is not taken, or not there any more; a line says so" },
    { what: "files named in words", count: 1, why: "the words name a file; it stays in the source, since anybody can write such a line" },
  ]);
  assert.deepEqual([looked.notMapped, looked.sessions[0]?.sha256], [report.notMapped, report.sessions[0]?.sha256]);
  const entries = await rows("select id, text, meta from entries order by seq");
  const told = entries.map(({ text, meta }) => [text, ((JSON.parse(String(meta)) as { attachments?: { name: string; type: string; ref: string }[] } | null)?.attachments ?? []).map(({ name, type, ref }) => [name, type, ref])]);
  assert.deepEqual(told, [
    ["Look\n[image: whale.png, not imported, too large: 88 KB]", [["image", "image/png", refOf(SMALL)], ["cat.png", "image/png", refOf(LARGE)], ["image", "image/jpeg", refOf(FILED)]]],
    ["Here\n[image: gone.png, not imported, not there any more]", [["dog.png", "image/png", refOf(FILED)]]],
    ["Mine?\n[image: secret.png, not imported, not there any more]", []],
    ["Mine?\n[image: link.png, not imported, not there any more]", []],
    ["[media attached: /home/then/.openclaw/media/inbound/dog.png (image/png) | x]\nshow it", []],
  ]);
  const uses = await rowsIn<{ kind: string; id: string; hash: string }>(stateDir, "select kind, id, hash from media_uses");
  assert.deepEqual(uses.map(({ kind, id, hash }) => [kind, id, hash]).toSorted(), [[`${ID}.blocks`, SMALL], [`${ID}.blocks`, LARGE], [`${ID}.blocks`, FILED], [`${ID}.filed`, FILED]].map(([id, bytes]) => ["entry", id, refOf(bytes as Buffer)]).toSorted());
  assert.equal((await rows("select hash from media")).length, 3);
  assert.ok(!JSON.stringify(entries).includes(LARGE.toString("base64").slice(100, 200)), "the transcript has no bytes");
  const again = await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual([again.totals.added, again.totals.there], [0, 1]);
  assert.equal((await rows("select hash from media")).length, 3, "what entries hold stays");
  await tamperIn(stateDir, "delete from media_uses where id = ?", `${ID}.blocks`);
  await tamperIn(stateDir, "delete from media where hash = ?", refOf(LARGE));
  await moving.importOpenClaw({ from: root, dryRun: false });
  assert.deepEqual(await rows("select hash from media"), [{ hash: refOf(FILED) }], "what was taken back here is not brought again");
});
