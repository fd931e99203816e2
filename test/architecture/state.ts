/** State that outlives a call, and the world reached around the arguments. */
import { field, fields, nameOf, walk, type Node, type SourceFile } from "./source.ts";

const MUTATING: readonly string[] = [
  ...["set", "add", "delete", "clear"],
  ...["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"],
];
const COLLECTIONS: readonly string[] = ["Map", "Set", "WeakMap", "WeakSet"];
const WRAPPERS: readonly string[] = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "ParenthesizedExpression"];

interface Constant {
  readonly name: string;
  readonly init: Node;
  readonly exported: boolean;
  /** `ReadonlyMap`, `ReadonlySet`, …: nobody can change it through this name. */
  readonly declaredType: string | null;
}

function unwrap(node: Node): Node {
  const inner = WRAPPERS.includes(node.type) ? field(node, "expression") : null;
  return inner === null ? node : unwrap(inner);
}

function topLevelDeclarations(file: SourceFile): { readonly declaration: Node; readonly exported: boolean }[] {
  return fields(file.program, "body").flatMap((statement) => {
    const exported = statement.type.startsWith("Export");
    const declaration = exported ? field(statement, "declaration") : statement;
    return declaration?.type === "VariableDeclaration" && declaration["declare"] !== true ? [{ declaration, exported }] : [];
  });
}

function typeNameOf(id: Node | null): string | null {
  const annotation = id === null ? null : field(id, "typeAnnotation");
  const type = annotation === null ? null : field(annotation, "typeAnnotation");
  return type?.type === "TSTypeReference" ? nameOf(field(type, "typeName")) : null;
}

function constantsOf(file: SourceFile): Constant[] {
  return topLevelDeclarations(file).flatMap(({ declaration, exported }) =>
    fields(declaration, "declarations").flatMap((declarator) => {
      const id = field(declarator, "id");
      const init = field(declarator, "init");
      const name = nameOf(id);
      return name === null || init === null ? [] : [{ name, init: unwrap(init), exported, declaredType: typeNameOf(id) }];
    }),
  );
}

/** The name at the root of `a.b[c]`. */
function rootOf(node: Node | null): string | null {
  if (node?.type === "MemberExpression") return rootOf(field(node, "object"));
  return node === null ? null : nameOf(unwrap(node));
}

/** Names whose contents this file changes: `x.push()`, `x.y = 1`, `delete x[y]`, `Object.assign(x)`. */
function mutatedNames(file: SourceFile): ReadonlySet<string | null> {
  const names = new Set<string | null>();
  walk(file.program, (node) => {
    if (node.type === "AssignmentExpression" && field(node, "left")?.type === "MemberExpression") names.add(rootOf(field(node, "left")));
    if (node.type === "UpdateExpression" || (node.type === "UnaryExpression" && node["operator"] === "delete")) {
      const argument = field(node, "argument");
      if (argument?.type === "MemberExpression") names.add(rootOf(argument));
    }
    if (node.type !== "CallExpression") return;
    const callee = field(node, "callee");
    if (callee?.type !== "MemberExpression") return;
    const method = nameOf(field(callee, "property")) ?? "";
    if (MUTATING.includes(method)) names.add(rootOf(field(callee, "object")));
    if (method === "assign" && rootOf(callee) === "Object") names.add(rootOf(fields(node, "arguments")[0] ?? null));
  });
  return names;
}

/** A pattern that is global remembers where it stopped when it is asked by `test` or `exec`. */
function remembersItsPlace(file: SourceFile, constant: Constant): boolean {
  const pattern = constant.init["regex"] as { readonly flags?: string } | undefined;
  return /[gy]/.test(pattern?.flags ?? "") && new RegExp(`\\b${constant.name}\\.(?:test|exec)\\(`).test(file.text);
}

function whyMutable(file: SourceFile, constant: Constant, mutated: ReadonlySet<string | null>): string | null {
  const { init, name, declaredType } = constant;
  const made = init.type === "NewExpression" ? nameOf(field(init, "callee")) : null;
  if (made !== null && COLLECTIONS.includes(made)) {
    if (fields(init, "arguments").length === 0) return `begins as an empty ${made}, to be filled`;
    if (constant.exported && declaredType?.startsWith("Readonly") !== true) return `is an exported ${made} that others could change`;
  }
  if (mutated.has(name)) return "is changed after it was made";
  return remembersItsPlace(file, constant) ? "is a global pattern that remembers its place" : null;
}

/** Module-level `let`, and constants whose contents change: they would be shared by everything in the process. */
export function moduleState(file: SourceFile): string[] {
  const lets = topLevelDeclarations(file)
    .filter(({ declaration }) => declaration["kind"] !== "const")
    .map(({ declaration }) => `${file.path}:${file.lineAt(declaration.start)} a module-level \`${String(declaration["kind"])}\``);
  const mutated = mutatedNames(file);
  const constants = constantsOf(file).flatMap((constant) => {
    const why = whyMutable(file, constant, mutated);
    return why === null ? [] : [`${file.path}:${file.lineAt(constant.init.start)} ${constant.name} ${why}`];
  });
  return [...lets, ...constants];
}

const AMBIENT: readonly string[] = ["process.env", "Date.now", "Math.random", "performance.now", "crypto.randomUUID", "crypto.getRandomValues"];
const AMBIENT_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "node:process": ["env"],
  "node:perf_hooks": ["performance"],
  "node:crypto": ["randomUUID", "randomBytes", "randomInt", "randomFillSync", "getRandomValues", "webcrypto"],
};

const AMBIENT_HOMES = [/^src\/main(?:\.ts$|\/)/, /^src\/config\/load\.ts$/, /^src\/domain\/(?:clock|ids)\.ts$/];

/** Where the environment, the clock and chance may be met; everybody else takes them as arguments. */
export function mayReachTheWorld(path: string): boolean {
  return AMBIENT_HOMES.some((home) => home.test(path));
}

function ambientAt(node: Node): string | null {
  if (node.type === "MemberExpression") {
    const text = `${nameOf(field(node, "object")) ?? ""}.${nameOf(field(node, "property")) ?? ""}`;
    return AMBIENT.includes(text) ? text : null;
  }
  if (node.type !== "NewExpression" && node.type !== "CallExpression") return null;
  const isDate = nameOf(field(node, "callee")) === "Date";
  return isDate && (node.type === "CallExpression" || fields(node, "arguments").length === 0) ? "the time by Date()" : null;
}

/** Every place where a file reaches for the environment, the clock or chance by itself. */
export function ambientUses(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.program, (node) => {
    const what = ambientAt(node);
    if (what !== null) found.push(`${file.path}:${file.lineAt(node.start)} ${what}`);
  });
  for (const imported of file.imports) {
    const names = [...imported.names.values()].filter((name) => AMBIENT_IMPORTS[imported.specifier]?.includes(name));
    for (const name of names) found.push(`${file.path}:${imported.line} ${name} of ${imported.specifier}`);
  }
  return found;
}
