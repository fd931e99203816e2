/**
 * The guards of docs/architecture.md, kept by every commit. Each prints the figures that it judges.
 * What counts and how is said where it is counted: test/architecture/.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { ContinuoError, ERROR_CODES } from "../src/domain/errors.ts";
import { OPERATIONS } from "../src/operations/index.ts";
import { cyclesOf, graphOf, importsAgainstTheOrder, importsInto, importsOfNothing, packageOf, reachOf, undeclaredPackages } from "./architecture/graph.ts";
import { functionLengths, largest, median, over, schemaWidths, typeWidths } from "./architecture/sizes.ts";
import { isTest, readFolders, ROOT, roomOf, type SourceFile } from "./architecture/source.ts";
import { ambientUses, mayReachTheWorld, moduleState } from "./architecture/state.ts";
import { proseOf, speaksToChats } from "./architecture/texts.ts";
import { isStatement, unusedStatements, writersOf } from "./architecture/tables.ts";

const everything = readFolders("src", "ui/src", "test", "bench", "scripts", "examples");
const graph = graphOf(everything);
const src = everything.filter(({ path }) => path.startsWith("src/") && !isTest(path));
const page = everything.filter(({ path }) => path.startsWith("ui/") && !isTest(path));

const MOST_LINES = 400;
const MOST_FUNCTION_LINES = 60;
const MOST_FIELDS = 20;
const MOST_REQUIRED = 9;
const MOST_REACHED = { "src/routing/index.ts": 12, "src/inbox/receive.ts": 40 } as const;
const MOST_REACHED_BY_A_STATEMENT = 6;
const CHANNEL_FILES: readonly string[] = ["index.ts", "parse.ts", "render.ts", "connect.ts"];

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
const shipped = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.optionalDependencies ?? {})]);

/** All offenders at once, each with its file and line. */
function none(offenders: readonly string[], rule: string): void {
  assert.equal(offenders.length, 0, `${rule}:\n  ${offenders.join("\n  ")}`);
}

function channelFolders(): string[] {
  return readdirSync(join(ROOT, "src/channels"), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

test("guard 1: imports run one way through the rooms, and channels know the domain alone", (t) => {
  const edges = src.flatMap(({ imports }) => imports.filter(({ file }) => file !== null));
  t.diagnostic(`${src.length} files in ${new Set(src.map(({ path }) => roomOf(path))).size} rooms, ${edges.length} imports between files`);
  none(importsAgainstTheOrder(src), "an import runs against the order of the rooms");
  none(importsInto(page, "src", "test", "bench"), "the page imports from outside ui");
  none(importsOfNothing(graph), "an import leads nowhere");
});

test("guard 1: no files import each other in a circle, types included", (t) => {
  const cycles = cyclesOf(graph);
  t.diagnostic(`${cycles.length} cycles among ${graph.size} files`);
  none(cycles.map((files) => files.join(" <-> ")), "files import each other in a circle");
});

test("guard 2: key files reach little: routing 12 files, a statement 6, inbox/receive 40", (t) => {
  const statements = src.filter(({ path }) => isStatement(path)).map(({ path }) => ({ at: path, size: reachOf(graph, path).size }));
  const keys = Object.entries(MOST_REACHED).map(([path, most]) => ({ at: path, size: reachOf(graph, path).size, most }));
  for (const { at, size, most } of keys) t.diagnostic(`${at} reaches ${size} other files (at most ${most})`);
  const widest = largest(statements);
  t.diagnostic(`${statements.length} statements; the widest, ${widest.at}, reaches ${widest.size} other files (at most ${MOST_REACHED_BY_A_STATEMENT})`);
  none(keys.filter(({ size, most }) => size > most).map(({ at }) => `${at} reaches ${[...reachOf(graph, at)].join(", ")}`), "a key file reaches too much");
  none(over(statements, MOST_REACHED_BY_A_STATEMENT), "a statement reaches too much");
});

test("guard 2: routing reaches no I/O: neither a module of Node nor a package", () => {
  const reached = ["src/routing/index.ts", ...reachOf(graph, "src/routing/index.ts")].flatMap((path) => graph.get(path) ?? []);
  const outside = reached.flatMap((file) => file.imports.filter(({ file: own }) => own === null).map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}`));
  none(outside, "routing has to stay pure");
});

test("guard 3: each table is written by one room", (t) => {
  const writers = writersOf(src);
  for (const { table, rooms } of writers) t.diagnostic(`${table}: ${[...rooms.keys()].join(", ") || "nobody"}`);
  const shared = writers.filter(({ rooms }) => rooms.size > 1);
  none(
    shared.map(({ table, rooms }) => `${table}: ${[...rooms].map(([room, statements]) => `${room} (${statements.join(", ")})`).join("; ")}`),
    "a table has several writing rooms",
  );
});

test("guard 3: only the store speaks SQL, and every statement of it is used", () => {
  const speaks = (file: SourceFile): boolean => file.imports.some(({ specifier }) => specifier === "node:sqlite" || packageOf(specifier) === "kysely");
  none(src.filter((file) => roomOf(file.path) !== "store" && speaks(file)).map(({ path }) => path), "SQL outside the store");
  none(unusedStatements(src), "a statement is used by nobody");
});

test("guard 3: tests open stores on the engine of the run, or say why they are about SQLite alone, or about both", () => {
  // The lock of the build is a file of SQLite and no store.
  const exempt = (path: string): boolean => path.startsWith("src/") || path.startsWith("test/store/") || path === "test/cli/built.ts";
  const goesAround = (path: string): boolean => graph.get(path)?.imports.some(({ specifier, file }) => specifier === "node:sqlite" || file === "src/store/open.ts") === true;
  const around = ({ path }: SourceFile): string[] => [path, ...[...reachOf(graph, path)].filter((reached) => !exempt(reached))].filter(goesAround);
  const suspects = everything.filter(({ path, text }) => path.endsWith(".test.ts") && !text.includes("sqliteOnly(") && !text.includes("betweenEngines("));
  none(suspects.flatMap((file) => around(file).map((by) => (by === file.path ? by : `${file.path} by ${by}`))), "a test goes around test/store/database.ts");
});

test("guard 4: no module keeps state that changes", () => {
  none(src.flatMap(moduleState), "module-level state");
});

test("guard 4: environment, clock and chance are met in main, config/load, domain/clock and domain/ids alone", () => {
  none(src.filter(({ path }) => !mayReachTheWorld(path)).flatMap(ambientUses), "the world reached around the arguments");
});

test("guard 5: files have at most 400 lines, tests too", (t) => {
  const sizes = everything.map(({ path, lines }) => ({ at: path, size: lines }));
  const ofSrc = sizes.filter(({ at }) => src.some(({ path }) => path === at));
  t.diagnostic(`src: ${ofSrc.length} files, median ${median(ofSrc.map(({ size }) => size))} lines, largest ${largest(ofSrc).at} with ${largest(ofSrc).size}`);
  t.diagnostic(`all: ${sizes.length} files, median ${median(sizes.map(({ size }) => size))} lines, largest ${largest(sizes).at} with ${largest(sizes).size}`);
  none(over(sizes, MOST_LINES), "a file is too long");
});

test("guard 5: functions have at most 60 lines", (t) => {
  const sizes = everything.flatMap(functionLengths);
  t.diagnostic(`${sizes.length} functions, median ${median(sizes.map(({ size }) => size))} lines, longest ${largest(sizes).at} with ${largest(sizes).size}`);
  none(over(sizes, MOST_FUNCTION_LINES), "a function is too long");
});

test("guard 5: no exported type has over 20 fields, no interface over 9 required members", (t) => {
  // The names of settings are given by the format of the file, which is not ours to narrow.
  const schemas = src.filter(({ path }) => !path.startsWith("src/config/schema/")).flatMap(schemaWidths);
  const widths = src.map((file) => typeWidths(graph, file));
  const types = [...widths.flatMap(({ fields }) => fields), ...schemas];
  const interfaces = widths.flatMap(({ required }) => required);
  t.diagnostic(`${types.length} exported types and schemas, widest ${largest(types).at} with ${largest(types).size} fields`);
  t.diagnostic(`${interfaces.length} interfaces with functions, widest ${largest(interfaces).at} with ${largest(interfaces).size} required members`);
  none([...over(types, MOST_FIELDS), ...over(interfaces, MOST_REQUIRED)], "a type is too wide");
});

test("guard 6: every channel folder has the same files and runs the contract suite", (t) => {
  const channels = channelFolders();
  t.diagnostic(`channels: ${channels.join(", ")}`);
  const missing = channels.flatMap((name) => {
    const folder = join(ROOT, "src/channels", name);
    const files = CHANNEL_FILES.filter((file) => !existsSync(join(folder, file))).map((file) => `src/channels/${name}/${file}`);
    const fixtures = join(folder, "fixtures");
    const empty = !existsSync(fixtures) || readdirSync(fixtures).length === 0;
    return empty ? [...files, `src/channels/${name}/fixtures/`] : files;
  });
  none(missing, "a channel lacks a file");
  const untested = channels.filter((name) => {
    const imported = graph.get(`test/contract/${name}.test.ts`)?.imports.map(({ file }) => file ?? "") ?? [];
    return !imported.includes("test/contract/channel-contract.ts") || !imported.some((file) => file.startsWith(`src/channels/${name}/`));
  });
  none(untested.map((name) => `test/contract/${name}.test.ts`), "a channel does not run the contract suite");
});

test("guard 6: every package that is imported is declared", () => {
  none(undeclaredPackages(src, shipped), "src imports a package that is not in dependencies");
  const known = new Set([...shipped, ...Object.keys(manifest.devDependencies ?? {}), "continuo"]);
  none(undeclaredPackages(everything, known), "an undeclared package is imported");
});

test("guard 7: error codes are <ROOM>_<WHAT>, unique in one table, and each says its cure", (t) => {
  t.diagnostic(`${ERROR_CODES.length} error codes`);
  const text = graph.get("src/domain/errors.ts")?.text ?? "";
  const written = [...text.matchAll(/^ {2}([A-Z_]+): \{ retry/gm)].map(([, code]) => code);
  assert.deepEqual(written, [...ERROR_CODES], "a code stands twice in the table, or outside it");
  // INTERNAL belongs to no room: it is what nobody foresaw.
  none(ERROR_CODES.filter((code) => code !== "INTERNAL" && !/^[A-Z]+(?:_[A-Z]+)+$/.test(code)), "a code is not <ROOM>_<WHAT>");
  none(ERROR_CODES.filter((code) => !/^\S.{10,}\.$/.test(new ContinuoError(code, "x").cure)), "a code has no cure that is a sentence");
  none(ERROR_CODES.filter((code) => typeof new ContinuoError(code, "x").retryable !== "boolean"), "a code does not say whether to retry");
  const raised = src.filter(({ path }) => path !== "src/domain/errors.ts").map(({ text: source }) => source).join("\n");
  none(ERROR_CODES.filter((code) => code !== "INTERNAL" && !raised.includes(`"${code}"`)), "a code is raised by nobody");
});

test("guard 7: every operation has a name of its own, a schema, a role and an example that its schema accepts", (t) => {
  t.diagnostic(`${OPERATIONS.length} operations: ${OPERATIONS.map(({ name }) => name).join(", ")}`);
  assert.equal(new Set(OPERATIONS.map(({ name }) => name)).size, OPERATIONS.length, "two operations have the same name");
  for (const { name, scope, input, example } of OPERATIONS) {
    assert.match(name, /^[a-z]+(?:\.[a-zA-Z]+)*$/, name);
    assert.ok(["read", "write", "admin"].includes(scope), `${name} has no role`);
    assert.ok(input instanceof z.ZodType, `${name} has no input schema`);
    assert.ok(input.safeParse(example).success, `${name}'s example is refused by its own schema`);
  }
  const defined = src.filter(({ path, text }) => path.startsWith("src/operations/") && /^export const \w+ = define\(/m.test(text));
  assert.equal(defined.length, OPERATIONS.length, "an operation is defined that is not in OPERATIONS");
});

test("guard 8: what a chat's user reads stands in the catalogue of texts, in every language", (t) => {
  const speaking = src.filter(speaksToChats);
  t.diagnostic(`${speaking.length} files that speak to chats`);
  none(speaking.flatMap(proseOf), "a text for chats stands outside src/texts");
});
