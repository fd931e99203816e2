/** How long functions are, and how wide types. */
import { field, fields, nameOf, walk, type Node, type SourceFile } from "./source.ts";
import type { Graph } from "./graph.ts";

export interface Sized {
  /** `file:line name` */
  readonly at: string;
  readonly size: number;
}

const FUNCTIONS: readonly string[] = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

function functionName(node: Node, parent: Node | undefined): string {
  const own = nameOf(field(node, "id"));
  if (own !== null || parent === undefined) return own ?? "a function";
  const given = nameOf(field(parent, "id") ?? field(parent, "key"));
  const called = calledName(parent);
  return given ?? (called === null ? "a function" : `the function given to ${called}`);
}

function calledName(node: Node | undefined): string | null {
  return node?.type === "CallExpression" ? nameOf(field(node, "callee")) : null;
}

/**
 * Every function from its first line to its last, signature and inner functions included. What stands in a
 * `describe` does not count as one function: that is a heading over tests, each of which counts.
 */
export function functionLengths(file: SourceFile): Sized[] {
  const found: Sized[] = [];
  walk(file.program, (node, ancestors) => {
    if (!FUNCTIONS.includes(node.type) || calledName(ancestors.at(-1)) === "describe") return;
    const first = file.lineAt(node.start);
    found.push({ at: `${file.path}:${first} ${functionName(node, ancestors.at(-1))}`, size: file.lineAt(node.end - 1) - first + 1 });
  });
  return found;
}

interface Member {
  readonly name: string;
  readonly required: boolean;
  readonly callable: boolean;
}

function isFunctionType(type: Node | null): boolean {
  if (type === null) return false;
  if (type.type === "TSTypeAnnotation" || type.type === "TSParenthesizedType") return isFunctionType(field(type, "typeAnnotation"));
  return type.type === "TSFunctionType";
}

function membersOf(body: readonly Node[]): Member[] {
  return body.flatMap((member) => {
    const name = nameOf(field(member, "key"));
    if (name === null) return [];
    const callable = member.type === "TSMethodSignature" || isFunctionType(field(member, "typeAnnotation"));
    return [{ name, required: member["optional"] !== true, callable }];
  });
}

/** Looks a type's name up: in the same file, then through the import that brought it. */
function findType(graph: Graph, file: SourceFile, name: string): { readonly file: SourceFile; readonly node: Node } | null {
  for (const statement of fields(file.program, "body")) {
    const node = statement.type.startsWith("Export") ? field(statement, "declaration") : statement;
    const isType = node?.type === "TSInterfaceDeclaration" || node?.type === "TSTypeAliasDeclaration";
    if (node && isType && nameOf(field(node, "id")) === name) return { file, node };
  }
  for (const imported of file.imports) {
    const from = imported.file === null ? undefined : graph.get(imported.file);
    const original = imported.names.get(name);
    if (from && original !== undefined) return findType(graph, from, original);
  }
  return null;
}

/** The members of a type, inherited and intersected ones included; of a union those of its widest branch. */
function expand(graph: Graph, file: SourceFile, type: Node | null): readonly Member[] {
  if (type === null) return [];
  const all = (nodes: readonly Node[]): Member[] => nodes.flatMap((node) => [...expand(graph, file, node)]);
  switch (type.type) {
    case "TSInterfaceDeclaration": {
      const body = field(type, "body");
      return [...membersOf(body === null ? [] : fields(body, "body")), ...all(fields(type, "extends"))];
    }
    case "TSTypeAliasDeclaration":
      return expand(graph, file, field(type, "typeAnnotation"));
    case "TSTypeLiteral":
      return membersOf(fields(type, "members"));
    case "TSIntersectionType":
      return all(fields(type, "types"));
    case "TSUnionType":
      return fields(type, "types")
        .map((branch) => expand(graph, file, branch))
        .reduce((widest, members) => (members.length > widest.length ? members : widest), []);
    case "TSParenthesizedType":
      return expand(graph, file, field(type, "typeAnnotation"));
    case "TSInterfaceHeritage":
    case "TSTypeReference": {
      const found = findType(graph, file, nameOf(field(type, "typeName") ?? field(type, "expression")) ?? "");
      return found === null ? [] : expand(graph, found.file, found.node);
    }
    default:
      return [];
  }
}

export interface TypeWidths {
  /** Exported types and schemas: how many fields. */
  readonly fields: readonly Sized[];
  /** Interfaces that can be called: how many members whoever provides them must bring. */
  readonly required: readonly Sized[];
}

/**
 * A type that consists of fields only is a record and counts by its fields, inherited ones included. As soon as one
 * of its members is a method or a function, it is an interface that somebody has to provide, and the required members
 * that it adds itself count too: several small interfaces joined by `extends` are the cure, not the illness.
 */
export function typeWidths(graph: Graph, file: SourceFile): TypeWidths {
  const counted = fields(file.program, "body").flatMap((statement) => {
    const exported = statement.type.startsWith("Export");
    const node = exported ? field(statement, "declaration") : statement;
    if (node?.type !== "TSInterfaceDeclaration" && node?.type !== "TSTypeAliasDeclaration") return [];
    const members = expand(graph, file, node);
    const own = node.type === "TSInterfaceDeclaration" ? membersOf(fields(field(node, "body") ?? node, "body")) : members;
    return [{ exported, members, own, at: `${file.path}:${file.lineAt(node.start)} ${nameOf(field(node, "id")) ?? ""}` }];
  });
  return {
    fields: counted.filter(({ exported }) => exported).map(({ at, members }) => ({ at, size: members.length })),
    required: counted
      .filter(({ own }) => own.some(({ callable }) => callable))
      .map(({ at, own }) => ({ at, size: own.filter(({ required }) => required).length })),
  };
}

const SCHEMAS: readonly string[] = ["object", "strictObject", "looseObject", "extend"];

/** Types that are inferred from a schema have their fields there: `z.object({...})`. */
export function schemaWidths(file: SourceFile): Sized[] {
  const found: Sized[] = [];
  walk(file.program, (node) => {
    const callee = node.type === "CallExpression" ? field(node, "callee") : null;
    if (callee?.type !== "MemberExpression" || !SCHEMAS.includes(nameOf(field(callee, "property")) ?? "")) return;
    const shape = fields(node, "arguments")[0];
    if (shape?.type !== "ObjectExpression") return;
    found.push({ at: `${file.path}:${file.lineAt(node.start)} a schema`, size: fields(shape, "properties").length });
  });
  return found;
}

export function largest(sizes: readonly Sized[]): Sized {
  return sizes.reduce((most, next) => (next.size > most.size ? next : most), { at: "none", size: 0 });
}

export function over(sizes: readonly Sized[], limit: number): string[] {
  return sizes.filter(({ size }) => size > limit).map(({ at, size }) => `${at}: ${size} (at most ${limit})`);
}

export function median(sizes: readonly number[]): number {
  const sorted = sizes.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
