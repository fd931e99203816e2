import assert from "node:assert/strict";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { ContinuoError } from "../domain/errors.ts";
import { load } from "./load.ts";
import { watchConfig, type ConfigChanged } from "./watch.ts";

type Seen = { readonly changed: ConfigChanged } | { readonly error: ContinuoError };

/** A watched directory, and the next thing that the watcher says. */
async function watched(context: TestContext, text: string, prepare?: (root: string) => Promise<void>) {
  const root = await mkdtemp(join(tmpdir(), "continuo-watch-"));
  const path = join(root, "openclaw.json");
  if (prepare === undefined) await writeFile(path, text);
  else await prepare(root);
  const said: Seen[] = [];
  const waiting: ((seen: Seen) => void)[] = [];
  const say = (seen: Seen): void => {
    const next = waiting.shift();
    if (next === undefined) said.push(seen);
    else next(seen);
  };
  const watcher = await watchConfig({ current: await load(path, {}), env: {}, debounceMs: 5, onChange: (changed) => say({ changed }), onError: (error) => say({ error }) });
  context.after(async () => {
    watcher.close();
    await rm(root, { recursive: true, force: true });
  });
  const next = async (): Promise<Seen> => said.shift() ?? (await new Promise<Seen>((resolve) => waiting.push(resolve)));
  return { root, path, watcher, said, next };
}

async function changed(next: () => Promise<Seen>): Promise<ConfigChanged> {
  const seen = await next();
  assert.ok("changed" in seen, "error" in seen ? seen.error.message : "");
  return seen.changed;
}

async function error(next: () => Promise<Seen>): Promise<ContinuoError> {
  const seen = await next();
  assert.ok("error" in seen);
  return seen.error;
}

test("saving in place is noticed, with the old and the new settings and what differs", async (context) => {
  const { path, next } = await watched(context, "{ session: { dmScope: 'main' } }");
  await writeFile(path, "{ session: { dmScope: 'auto' }, logging: { level: 'debug' } }");
  const { config, previous, changedPaths } = await changed(next);
  assert.deepEqual([previous.session.dmScope, config.session.dmScope], ["main", "auto"]);
  assert.deepEqual(changedPaths, ["session.dmScope", "logging.level"]);
});

test("an editor that writes another file and renames it over is noticed every time", async (context) => {
  const { root, path, next } = await watched(context, "{}");
  for (const level of ["debug", "warn", "error"]) {
    await writeFile(join(root, ".tmp"), `{ logging: { level: '${level}' } }`);
    await rename(join(root, ".tmp"), path);
    assert.equal((await changed(next)).config.logging.level, level);
  }
});

test("a malformed file is reported once and the old settings stay, until it is mended", async (context) => {
  const { path, next, said, watcher } = await watched(context, "{ session: { dmScope: 'main' } }");
  await writeFile(path, "{ session: ");
  assert.equal((await error(next)).code, "CONFIG_SYNTAX");
  await watcher.reload();
  await watcher.reload();
  assert.deepEqual(said, []);
  await writeFile(path, "{ session: { dmScope: 5 } }");
  const invalid = await error(next);
  assert.equal(invalid.code, "CONFIG_INVALID");
  assert.match(invalid.message, /^session\.dmScope: expected one of/m);
  await writeFile(path, "{ session: { dmScope: 'per-peer' } }");
  const { previous, config } = await changed(next);
  assert.deepEqual([previous.session.dmScope, config.session.dmScope], ["main", "per-peer"]);
});

test("a change that its user refuses is reported once, and the next one is told against what was in force", async (context) => {
  const root = await mkdtemp(join(tmpdir(), "continuo-watch-"));
  const path = join(root, "openclaw.json");
  await writeFile(path, "{}");
  // In one step: a half-written file is another story.
  const save = async (text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const seen: string[] = [];
  const watcher = await watchConfig({
    current: await load(path, {}),
    env: {},
    debounceMs: 5,
    onChange({ config, changedPaths }) {
      if (config.logging.level === "debug") throw new Error("not this one");
      seen.push(...changedPaths);
    },
    onError: ({ code }) => seen.push(code),
  });
  context.after(async () => {
    watcher.close();
    await rm(root, { recursive: true, force: true });
  });
  await save("{ logging: { level: 'debug' } }");
  await watcher.reload();
  await watcher.reload();
  assert.deepEqual(seen, ["INTERNAL"]);
  await save("{ logging: { level: 'warn' }, session: { dmScope: 'main' } }");
  await watcher.reload();
  assert.deepEqual(seen.slice(1).toSorted(), ["logging.level", "session.dmScope"]);
});

test("a removed file does not turn a running gateway back to defaults", async (context) => {
  const { path, next } = await watched(context, "{ gateway: { auth: { token: 't' } } }");
  await rm(path);
  assert.match((await error(next)).message, /is gone/);
  await writeFile(path, "{ gateway: { auth: { token: 't' } }, logging: { level: 'warn' } }");
  assert.deepEqual((await changed(next)).changedPaths, ["logging.level"]);
});

test("what only looks different is no change", async (context) => {
  const { path, watcher, said } = await watched(context, "{ logging: { level: 'info' } }");
  await writeFile(path, "// a comment\n{}");
  await watcher.reload();
  assert.deepEqual(said, []);
});

test("a file saved between reading and watching is not missed", async (context) => {
  const root = await mkdtemp(join(tmpdir(), "continuo-watch-"));
  context.after(() => rm(root, { recursive: true, force: true }));
  const path = join(root, "openclaw.json");
  await writeFile(path, "{}");
  const current = await load(path, {});
  await writeFile(path, "{ logging: { level: 'warn' } }");
  const seen: string[] = [];
  const watcher = await watchConfig({ current, env: {}, onChange: ({ changedPaths }) => seen.push(...changedPaths), onError: () => assert.fail() });
  watcher.close();
  assert.deepEqual(seen, ["logging.level"]);
});

test("included files are followed, also one that is included later and is wrong at first", async (context) => {
  const { root, path, next } = await watched(context, "", async (dir) => {
    await mkdir(join(dir, "parts"));
    await writeFile(join(dir, "openclaw.json"), "{ logging: { $include: 'parts/log.json5' } }");
    await writeFile(join(dir, "parts", "log.json5"), "{ level: 'warn' }");
  });
  await writeFile(join(root, "parts", "log.json5"), "{ level: 'error' }");
  assert.deepEqual((await changed(next)).changedPaths, ["logging.level"]);
  await mkdir(join(root, "more"));
  await writeFile(join(root, "more", "s.json5"), "{ dmScope: 5 }");
  await writeFile(path, "{ session: { $include: 'more/s.json5' }, logging: { $include: 'parts/log.json5' } }");
  assert.equal((await error(next)).code, "CONFIG_INVALID");
  await writeFile(join(root, "more", "s.json5"), "{ dmScope: 'main' }");
  assert.deepEqual((await changed(next)).changedPaths, ["session.dmScope"]);
});

test("a link that is turned to another file is noticed", async (context) => {
  const { root, path, next } = await watched(context, "", async (dir) => {
    await writeFile(join(dir, "one"), "{ logging: { level: 'warn' } }");
    await writeFile(join(dir, "two"), "{ logging: { level: 'error' } }");
    await symlink("one", join(dir, "openclaw.json"));
  });
  await symlink("two", join(root, "link"));
  await rename(join(root, "link"), path);
  assert.equal((await changed(next)).config.logging.level, "error");
});

test("after close nothing is said", async (context) => {
  const { path, watcher, said } = await watched(context, "{}");
  watcher.close();
  await writeFile(path, "{ logging: { level: 'warn' } }");
  await watcher.reload();
  assert.deepEqual(said, []);
});

test("a directory that cannot be watched is reported, not thrown", async (context) => {
  const path = join(tmpdir(), "continuo-does-not-exist", "openclaw.json");
  const errors: string[] = [];
  const watcher = await watchConfig({ current: await load(path, {}), env: {}, onChange: () => assert.fail(), onError: ({ code }) => errors.push(code) });
  context.after(() => watcher.close());
  assert.deepEqual(errors, ["CONFIG_UNREADABLE"]);
});
