/** A directory as OpenClaw leaves it, and a store that it is brought into. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import type { TestContext } from "node:test";
import { look } from "../../src/config/index.ts";
import { createIds } from "../../src/domain/ids.ts";
import { createHouseMedia } from "../../src/main/media.ts";
import { jobMover } from "../../src/main/jobs.ts";
import { createMoving } from "../../src/main/moving.ts";
import { compileSettings, settingsInForce } from "../../src/main/settings.ts";
import type { MovingDesk } from "../../src/operations/index.ts";
import { createDirectory } from "../../src/people/index.ts";
import type { Store } from "../../src/store/store.ts";
import { removeStateDir, rowsIn, storeIn, type Row } from "../store/database.ts";

export const NOW = Date.parse("2026-11-21T12:00:00Z");

export type Files = Readonly<Record<string, string | Buffer>>;

/** Writes files below a new directory, which goes with the test. */
export function directoryOf(t: TestContext, files: Files = {}): string {
  const root = mkdtempSync(join(tmpdir(), "continuo-openclaw-"));
  t.after(() => removeStateDir(root));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** Every file with its content and when it was changed: equal when nothing was touched. */
export function tracesIn(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((name) => join(root, name));
  return Object.fromEntries(paths.map((path) => {
    const { mtimeMs, mode, isFile } = { ...statSync(path), isFile: statSync(path).isFile() };
    return [relative(root, path), `${mtimeMs} ${mode} ${isFile ? createHash("sha256").update(readFileSync(path)).digest("hex") : "folder"}`];
  }));
}

export interface House {
  readonly stateDir: string;
  readonly store: Store;
  readonly moving: MovingDesk;
  readonly imported: readonly string[];
  rows(sql: string): Promise<Row[]>;
  /** Everything that an import writes, in an order of its own. */
  dump(): Promise<Readonly<Record<string, readonly Row[]>>>;
}

/** The store as `wrap` hands it on: a test breaks it there. */
export async function house(t: TestContext, files: Files = {}, wrap: (store: Store) => Store = (store) => store): Promise<House> {
  const stateDir = directoryOf(t, files);
  const own = await storeIn(stateDir);
  t.after(() => own.close());
  return { ...(await houseOn(stateDir, own, wrap)) };
}

export async function houseOn(stateDir: string, own: Store, wrap: (store: Store) => Store = (store) => store): Promise<House> {
  const store = wrap(own);
  const configPath = join(stateDir, "openclaw.json");
  const { config, warnings } = await look(configPath, {});
  const settings = await settingsInForce(own, compileSettings(config, { warnings, env: {}, directory: createDirectory(), routingSource: null }), {});
  const imported: string[] = [];
  const clock = { now: () => NOW };
  const { media } = createHouseMedia({ store, clock, ids: createIds(clock), log: { info() {}, warn() {}, error() {}, debug() {} }, settings, directory: join(stateDir, "continuo", "media") });
  const moving = createMoving({
    ...{ store, clock: { now: () => NOW }, env: {}, paths: { stateDir, configPath }, settings, rooms: { media, jobs: jobMover({ store, clock, ids: createIds(clock), settings }) } },
    onProgress: () => undefined,
    rebuild: () => Promise.reject(new Error("not here")),
    onImported: ({ key }) => void imported.push(key),
  });
  const rows = (sql: string): Promise<Row[]> => rowsIn(stateDir, sql);
  return {
    ...{ stateDir, store, moving, imported, rows },
    dump: async () => ({
      sessions: await rows("select * from sessions order by key"),
      conversations: await rows("select * from conversations order by session_id"),
      entries: await rows("select * from entries order by session_id, seq"),
      asides: await rows("select * from asides order by entry_id"),
      participants: await rows("select * from participants order by session_key, channel, chat, sender_id"),
    }),
  };
}

const at = (seconds: number): string => new Date(Date.parse("2026-03-18T10:00:00Z") + seconds * 1_000).toISOString();

/** A transcript in the form of OpenClaw, from [id, parent, role, text] or a line as it is. */
export function treeOf(sessionId: string, lines: readonly (readonly [id: string, parent: string | null, role: string, text: string] | object)[]): string {
  const header = { type: "session", version: 3, id: sessionId, timestamp: at(0), cwd: "/home/user/workspace" };
  const written = lines.map((line, index) => {
    if (!Array.isArray(line)) return { timestamp: at(index + 1), ...line };
    const [id, parentId, role, text] = line as [string, string | null, string, string];
    const more = role === "assistant" ? { provider: "stub", model: "stub-1", usage: { input: 150, output: 24, cacheRead: 0, cacheWrite: 0, totalTokens: 174 }, stopReason: "stop" } : {};
    return { type: "message", id, parentId, timestamp: at(index + 1), message: { role, content: [{ type: "text", text }], ...more, timestamp: Date.parse(at(index + 1)) } };
  });
  return [header, ...written].map((line) => `${JSON.stringify(line)}\n`).join("");
}
