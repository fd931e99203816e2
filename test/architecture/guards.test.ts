/** The guards themselves: each has to see what it is there to see. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cyclesOf, graphOf, importsAgainstTheOrder, importsInto, reachOf, undeclaredPackages } from "./graph.ts";
import { functionLengths, schemaWidths, typeWidths } from "./sizes.ts";
import { parseSource } from "./source.ts";
import { ambientUses, mayReachTheWorld, moduleState } from "./state.ts";
import { proseOf, speaksToChats } from "./texts.ts";
import { tablesWritten, writersOf } from "./tables.ts";

const importing = (from: string, ...to: readonly string[]) => parseSource(from, to.map((path) => `import type { A } from "${path}";`).join("\n"));

test("an import may only lead down the rooms", () => {
  const cases: readonly (readonly [from: string, to: string, objection: RegExp | null])[] = [
    ["src/turns/a.ts", "../agent/b.ts", null],
    ["src/main.ts", "./channels/telegram/index.ts", null],
    ["src/turns/a.ts", "./b.ts", null],
    ["src/agent/a.ts", "../turns/b.ts", /turns stands above agent/],
    ["src/inbox/a.ts", "../outbox/b.ts", /neighbours/],
    ["src/cli/a.ts", "../gateway/b.ts", /neighbours/],
    ["src/domain/a.ts", "../config/b.ts", /config stands above domain/],
    ["src/channels/telegram/a.ts", "../../domain/b.ts", null],
    ["src/channels/telegram/a.ts", "../../store/b.ts", /channels imports domain alone/],
    ["src/channels/telegram/a.ts", "../discord/b.ts", /no other channel/],
    ["src/cli/a.ts", "../logging/b.ts", /main alone/],
    ["src/store/a.ts", "../../test/b.ts", /nothing outside src/],
    ["src/extras/a.ts", "../domain/b.ts", /no place/],
  ];
  for (const [from, to, objection] of cases) {
    const [found] = importsAgainstTheOrder([importing(from, to)]);
    if (objection === null) assert.equal(found, undefined, `${from} -> ${to}`);
    else assert.match(found ?? "", objection, `${from} -> ${to}`);
  }
  assert.equal(importsInto([importing("ui/src/a.ts", "../../src/domain/b.ts")], "src").length, 1);
});

test("circles are found through types, re-exports, dynamic imports and inline type imports", () => {
  const files = [
    importing("src/store/a.ts", "./b.ts"),
    parseSource("src/store/b.ts", `export { c } from "./c.ts";`),
    parseSource("src/store/c.ts", `export const c = () => import("./d.ts");`),
    parseSource("src/store/d.ts", `export type D = import("./a.ts").A;`),
    importing("src/store/e.ts", "./a.ts"),
  ];
  assert.deepEqual(cyclesOf(graphOf(files)), [["src/store/a.ts", "src/store/b.ts", "src/store/c.ts", "src/store/d.ts"]]);
  assert.equal(reachOf(graphOf(files), "src/store/e.ts").size, 4);
});

test("what a statement writes is read from the builder and from raw SQL, and its users are the writers", () => {
  const builder = parseSource("src/store/statements/finish-turn.ts", `export const x = statement((db) => db.updateTable("turns").set({}));`);
  const raw = parseSource("src/store/statements/note.ts", "export const x = sql`insert or ignore into notes values (1)`;");
  assert.deepEqual([...tablesWritten(builder)], ["turns"]);
  assert.deepEqual([...tablesWritten(raw)], ["notes"]);
  const users = ["src/turns/commit.ts", "src/sessions/scratch.ts"].map((path) => parseSource(path, `import { x } from "../store/statements/finish-turn.ts";`));
  assert.deepEqual([...(writersOf([builder, ...users])[0]?.rooms.keys() ?? [])], ["turns", "sessions"]);
});

test("state at module level is seen; constants are not mistaken for it", () => {
  const state = (text: string): number => moduleState(parseSource("src/agent/a.ts", text)).length;
  const stateful = [
    "let count = 0;",
    "export const cache = new Map();",
    "const seen = new Set<string>();",
    `const names = ["a"]; export const add = (name: string) => names.push(name);`,
    "const table: Record<string, number> = {}; export function f() { table.x = 1; }",
    "const table = { a: { b: 1 } }; export function f() { table.a.b++; }",
    `export const words = new Set(["a"]);`,
    "const pattern = /a/g; export const f = (s: string) => pattern.test(s);",
  ];
  const constant = [
    `const words = new Set(["a"]); export const has = (word: string) => words.has(word);`,
    `export const words: ReadonlySet<string> = new Set(["a"]);`,
    "const table = { a: 1 } as const;",
    "const pattern = /a/g; export const f = (s: string) => s.replace(pattern, '');",
    "export function f() { let own = 0; const seen = new Map(); seen.set(1, own++); return seen; }",
  ];
  for (const text of stateful) assert.equal(state(text), 1, text);
  for (const text of constant) assert.equal(state(text), 0, text);
});

test("the environment, the clock and chance are seen however they are reached", () => {
  const uses = (text: string): number => ambientUses(parseSource("src/agent/a.ts", text)).length;
  const reaching = ["process.env.HOME", "Date.now()", "const f = Math.random", "new Date()", "Date()", "performance.now()", `import { randomUUID } from "node:crypto"`, `import { env } from "node:process"`];
  for (const text of reaching) assert.equal(uses(text), 1, text);
  for (const text of ["new Date(5)", "clock.now()", `import { createHash } from "node:crypto"`]) assert.equal(uses(text), 0, text);
  assert.deepEqual(["src/main/line.ts", "src/main.ts", "src/config/load.ts", "src/domain/ids.ts"].map(mayReachTheWorld), [true, true, true, true]);
  assert.deepEqual(["src/mainly/a.ts", "src/config/edit.ts", "src/domain/errors.ts"].map(mayReachTheWorld), [false, false, false]);
});

test("functions, types and schemas are measured as they are written", () => {
  const file = parseSource("src/agent/a.ts", [
    "export interface Base { readonly a: number; readonly b?: number }",
    "export interface Both extends Base { call(): void; readonly on: () => void; readonly c?: 1 }",
    "export type Choice = Base | { x: 1; y: 2; z: 3 } | (Base & Both);",
    "export const f = () => {",
    "  return z.object({ a: 1, b: 2 });",
    "};",
  ].join("\n"));
  const { fields, required } = typeWidths(graphOf([file]), file);
  assert.deepEqual(fields.map(({ size }) => size), [2, 5, 7]);
  assert.deepEqual(required.map(({ at, size }) => [at, size]), [["src/agent/a.ts:2 Both", 2], ["src/agent/a.ts:3 Choice", 4]]);
  assert.deepEqual(functionLengths(file), [{ at: "src/agent/a.ts:4 f", size: 3 }]);
  assert.deepEqual(schemaWidths(file).map(({ size }) => size), [2]);
});

test("a package that is not declared is seen, its deep imports too", () => {
  const file = importing("src/agent/a.ts", "zod", "@scope/name/deep", "node:fs", "./b.ts");
  assert.equal(undeclaredPackages([file], new Set(["zod"])).length, 1);
  assert.equal(undeclaredPackages([file], new Set(["zod", "@scope/name"])).length, 0);
});

test("a sentence in code that speaks to chats is found, whatever its script; errors, the log and names are not", () => {
  const cases: readonly (readonly [source: string, found: number])[] = [
    ['export const a = "You are let in.";', 1],
    ["export const a = (n: number) => `Docked replies to ${n}.`;", 1],
    ['export const a = "已完成";', 1],
    ['export const a = "⚙️";', 1],
    ['import { b } from "./some words.ts";', 1],
    ['export const a = "provider/model";', 0],
    ['export const a = () => new ContinuoError("TURN_GAVE_UP", "This could not be done.");', 0],
    ['export const a = (log: Log) => log.warn({}, "it could not be done");', 0],
    ['export const a = (parts: Parts) => parts.log.warn({}, "it could not be done");', 0],
  ];
  for (const [source, found] of cases) assert.equal(proseOf(parseSource("src/turns/commands/a.ts", source)).length, found, source);
  assert.equal(speaksToChats({ path: "src/turns/commands/a.ts" }), true);
  assert.equal(speaksToChats({ path: "src/cli/a.ts" }), false);
});
