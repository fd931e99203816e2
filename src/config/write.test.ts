import assert from "node:assert/strict";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import JSON5 from "json5";
import { ContinuoError } from "../domain/errors.ts";
import { editConfig, editText, type ConfigEdit } from "./edit.ts";
import { writeFirstConfig } from "./first.ts";
import { load } from "./load.ts";

const IDS = { token: () => "a".repeat(48) };

async function directory(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "continuo-config-"));
  context.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

const mode = async (path: string) => (await stat(path)).mode & 0o777;

test("the first configuration is private, commented, loads without a warning and leaves nothing beside it", async (context) => {
  const state = join(await directory(context), "new", "state");
  const path = join(state, "openclaw.json");
  assert.deepEqual(await writeFirstConfig(path, IDS, 1234), { created: true, token: "a".repeat(48) });
  assert.deepEqual([await mode(state), await mode(path)], [0o700, 0o600]);
  assert.deepEqual(await readdir(state), ["openclaw.json"]);
  assert.match(await readFile(path, "utf8"), /\/\/ /);
  const { config, warnings } = await load(path, {});
  assert.deepEqual(warnings, []);
  assert.deepEqual([config.gateway.auth.token, config.gateway.port, config.gateway.bind, config.agents.defaults.model.primary], ["a".repeat(48), 1234, "loopback", "continuo/recall"]);
});

test("a file that is there is never overwritten, not even by eight starts at once", async (context) => {
  const path = join(await directory(context), "openclaw.json");
  const tokens = Array.from({ length: 8 }, (_, index) => ({ token: () => String(index).repeat(48) }));
  const made = await Promise.all(tokens.map((ids) => writeFirstConfig(path, ids)));
  const winners = made.filter(({ created }) => created);
  assert.equal(winners.length, 1);
  assert.equal((await load(path, {})).config.gateway.auth.token, winners[0]?.token);
  await writeFile(path, "broken");
  assert.deepEqual(await writeFirstConfig(path, IDS), { created: false, token: null });
  assert.equal(await readFile(path, "utf8"), "broken");
});

test("a link that leads nowhere counts as a file", async (context) => {
  const path = join(await directory(context), "openclaw.json");
  await symlink(`${path}.elsewhere`, path);
  assert.equal((await writeFirstConfig(path, IDS)).created, false);
});

test("a directory that cannot be made is STATE_UNWRITABLE", async (context) => {
  const file = join(await directory(context), "file");
  await writeFile(file, "");
  await assert.rejects(writeFirstConfig(join(file, "openclaw.json"), IDS), (error) => error instanceof ContinuoError && error.code === "STATE_UNWRITABLE");
});

const TEXT = `// my settings
{
  // the wall
  session: { dmScope: 'main', }, // keep
  /* chat */
  channels: { telegram: { botToken: "\${TOKEN}", groups: { "-100": { requireMention: false } } } },
}
`;

test("an edit keeps comments, variables and everything else", async () => {
  const out = await editText(TEXT, [{ path: ["gateway", "auth", "token"], value: "x" }, { path: ["session", "dmScope"], value: "auto" }]);
  for (const kept of ["// my settings", "// the wall", "// keep", "/* chat */", '"${TOKEN}"']) assert.ok(out.includes(kept), kept);
  assert.deepEqual(JSON5.parse(out), { ...JSON5.parse<object>(TEXT), session: { dmScope: "auto" }, gateway: { auth: { token: "x" } } });
});

test("undefined takes a setting out; taking out what is not there changes nothing", async () => {
  assert.deepEqual(JSON5.parse(await editText("{ a: { b: 1, c: 2 } }", [{ path: ["a", "b"], value: undefined }])), { a: { c: 2 } });
  assert.equal(await editText(TEXT, [{ path: ["x", "y"], value: undefined }]), TEXT);
});

test("an edit through a list or a value is refused, and so is __proto__", async () => {
  await assert.rejects(editText("{ a: [1] }", [{ path: ["a", "b"], value: 1 }]), /a: expected an object/);
  await assert.rejects(editText("{}", [{ path: ["__proto__", "b"], value: 1 }]), /__proto__/);
  await assert.rejects(editText("{", []), (error) => error instanceof ContinuoError && error.code === "CONFIG_SYNTAX");
});

test("editing a file makes it private, keeps a link a link, and leaves nothing beside it", async (context) => {
  const root = await directory(context);
  await mkdir(join(root, "real"));
  const real = join(root, "real", "c.json5");
  const path = join(root, "openclaw.json");
  await writeFile(real, TEXT);
  await chmod(real, 0o644);
  await symlink(real, path);
  await editConfig(path, [{ path: ["gateway", "auth", "token"], value: "t" }]);
  assert.ok((await lstat(path)).isSymbolicLink());
  assert.equal(await mode(real), 0o600);
  assert.deepEqual(await readdir(join(root, "real")), ["c.json5"]);
  assert.equal((await load(path, { TOKEN: "1" })).config.gateway.auth.token, "t");
  await assert.rejects(editConfig(join(root, "none.json"), []), (error) => error instanceof ContinuoError && error.code === "CONFIG_UNREADABLE");
});

const key = fc.oneof(fc.constantFrom("a", "b", "123", "-1001234567890", "constructor", "toString", "hasOwnProperty", "with space", "ключ", "1e3", "Infinity", "null"), fc.string({ maxLength: 8 }).filter((name) => name !== "__proto__"));
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)));
const { tree } = fc.letrec<{ tree: Record<string, unknown>; value: unknown }>((tie) => ({
  tree: fc.dictionary(key, tie("value"), { maxKeys: 5, noNullPrototype: true }),
  value: fc.oneof({ maxDepth: 3 }, leaf, tie("tree"), fc.array(leaf, { maxLength: 3 })),
}));

function expectedOf(before: Record<string, unknown>, { path, value }: ConfigEdit): Record<string, unknown> {
  const [head, ...rest] = path;
  const out = { ...before };
  const child = Object.hasOwn(before, head) && typeof before[head] === "object" && before[head] !== null ? (before[head] as Record<string, unknown>) : {};
  if (rest.length === 0 && value === undefined) delete out[head];
  else out[head] = rest.length === 0 ? value : expectedOf(child, { path: rest as [string, ...string[]], value });
  return out;
}

test("any edit of any file reads back as exactly that edit, in JSON and in JSON5", async () => {
  const texts = (value: object) => [JSON.stringify(value), JSON.stringify(value, null, 2), `// top\n${JSON5.stringify(value, null, 2)}\n// end\n`];
  await fc.assert(
    fc.asyncProperty(tree, fc.array(key, { minLength: 1, maxLength: 3 }), fc.oneof(leaf, tree), fc.nat({ max: 2 }), async (before, path, value, form) => {
      const edit: ConfigEdit = { path: path as [string, ...string[]], value };
      const text = texts(before)[form] ?? "{}";
      const result = await editText(text, [edit]).catch((error: unknown) => error);
      if (result instanceof ContinuoError) return result.code === "CONFIG_INVALID";
      assert.deepEqual(sorted(JSON5.parse(String(result))), sorted(expectedOf(before, edit)));
      // jju cannot write keys of Object.prototype in place: the setting is kept, and the comments are not.
      const inPlace = !/constructor|hasOwnProperty|toString/.test(text) && !path.some((name) => name in {});
      if (form === 2 && inPlace) assert.ok(String(result).includes("// top") && String(result).includes("// end"));
      return true;
    }),
    { numRuns: 1500 },
  );
});

/** Order and prototypes do not count. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([name, item]) => [name, sorted(item)]).toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
