import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isContinuoError } from "../../src/domain/errors.ts";
import { createBackup, verifyBackup } from "../../src/main/backup.ts";
import { restoreBackup } from "../../src/main/restore.ts";
import { fileOf } from "../../src/media/files.ts";
import { message, openTo, startHarness } from "../line/harness.ts";
import { sqliteOnly } from "../store/engine.ts";
import { offer, png, refOf } from "./pictures.ts";

const clock = { now: () => Date.now() };
const watched = { signal: new AbortController().signal, onProgress: () => undefined };

test("a backup has the files as rows, and a restored one shows them: from its database first, then from files again", sqliteOnly("files are its default"), async (t) => {
  const h = await startHarness({ config: openTo("telegram") });
  t.after(() => h.close());
  const images = [png(1), png(2, 700_000), png(3, 262_144 - 102), Buffer.alloc(0)];
  for (const [number, bytes] of images.entries()) {
    await h.receive(message(`picture ${number}`), [offer(bytes)]);
    await h.settled();
  }
  const env = { OPENCLAW_STATE_DIR: h.directory };
  const out = mkdtempSync(join(tmpdir(), "continuo-media-backup-"));
  t.after(() => rmSync(out, { recursive: true, force: true }));
  const place = { env, version: "0.0.0-test", clock, pid: process.pid };
  const { path } = await createBackup(place, join(out, "one.backup"), watched);
  const manifest = await verifyBackup(path, watched);
  assert.equal(manifest.tables.find(({ name }) => name === "media_chunks")?.rows, 1 + 3 + 1 + 1);

  const to = join(out, "restored");
  await restoreBackup({ env, clock }, path, { to, force: false }, watched);
  const restored = await startHarness({ directory: to, config: openTo("telegram") });
  t.after(() => restored.close());
  for (const bytes of images) assert.equal(refOf((await restored.media.media.read(refOf(bytes))) ?? Buffer.alloc(0)), refOf(bytes));
  while (!(await restored.media.upkeep.step()));
  const { at: _, ...health } = restored.media.upkeep.health() ?? { at: 0 };
  assert.deepEqual(health, { kept: 4, missing: 0, strays: 0 });
  for (const bytes of images) assert.deepEqual(readFileSync(fileOf(join(to, "continuo", "media"), refOf(bytes))), bytes);

  writeFileSync(fileOf(join(h.directory, "continuo", "media"), refOf(png(1))), "something else");
  const damaged = await createBackup(place, join(out, "two.backup"), watched);
  await assert.rejects(verifyBackup(damaged.path, watched), (error) => isContinuoError(error) && error.code === "BACKUP_DAMAGED" && /is not as it was sent/.test(error.message));
});
