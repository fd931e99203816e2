/** The project's own source, parsed once: what every guard looks at. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A node of the syntax tree (ESTree with TypeScript), read by its `type` and otherwise unknown until looked at. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  /** As written: `./x.ts`, `zod`, `node:fs`. */
  readonly specifier: string;
  /** The file of this repository that it names, relative to the root; null for packages and Node's own. */
  readonly file: string | null;
  /** Only types: gone when the program runs. */
  readonly typeOnly: boolean;
  /** Local name to exported name, for following a type to its declaration. */
  readonly names: ReadonlyMap<string, string>;
  readonly line: number;
}

export interface SourceFile {
  /** From the root, with `/`: `src/routing/index.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly program: Node;
  readonly imports: readonly Import[];
  lineAt(offset: number): number;
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function childrenOf(node: Node): Node[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));
}

/** Every node, parents first; `ancestors` is from the program down to the parent. */
export function walk(node: Node, visit: (node: Node, ancestors: readonly Node[]) => void, ancestors: readonly Node[] = []): void {
  visit(node, ancestors);
  const path = [...ancestors, node];
  for (const child of childrenOf(node)) walk(child, visit, path);
}

export function field(node: Node, name: string): Node | null {
  const value = node[name];
  return isNode(value) ? value : null;
}

export function fields(node: Node, name: string): readonly Node[] {
  const value = node[name];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** An identifier's name or a literal's text; null for everything computed. */
export function nameOf(node: Node | null): string | null {
  if (node === null) return null;
  if (node.type === "Identifier") return String(node["name"]);
  return node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : null;
}

function listFiles(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.split(sep).includes("node_modules"));
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

function importedNames(node: Node): ReadonlyMap<string, string> {
  const pairs = fields(node, "specifiers").flatMap((specifier): [string, string][] => {
    const local = nameOf(field(specifier, "local"));
    const imported = nameOf(field(specifier, "imported"));
    return local !== null && imported !== null ? [[local, imported]] : [];
  });
  return new Map(pairs);
}

function isTypeOnly(node: Node): boolean {
  if (node.type === "TSImportType" || node["importKind"] === "type" || node["exportKind"] === "type") return true;
  const specifiers = fields(node, "specifiers");
  return specifiers.length > 0 && specifiers.every((specifier) => specifier["importKind"] === "type" || specifier["exportKind"] === "type");
}

const IMPORTING = ["ImportDeclaration", "ExportNamedDeclaration", "ExportAllDeclaration", "ImportExpression", "TSImportType"];

function readImports(path: string, program: Node, lineAt: (offset: number) => number): Import[] {
  const found: Import[] = [];
  walk(program, (node) => {
    if (!IMPORTING.includes(node.type)) return;
    const specifier = nameOf(field(node, "source") ?? field(node, "argument"));
    if (specifier === null) return;
    const file = specifier.startsWith(".") ? relative(ROOT, resolve(dirname(join(ROOT, path)), specifier)).replaceAll(sep, "/") : null;
    found.push({ specifier, file, typeOnly: isTypeOnly(node), names: importedNames(node), line: lineAt(node.start) });
  });
  return found;
}

/** `path` is from the root. */
export function parseSource(path: string, text: string): SourceFile {
  const starts = lineStarts(text);
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const program = parseAst(text, { lang: path.endsWith("x") ? "tsx" : "ts" }, path) as unknown as Node;
  const lines = text.endsWith("\n") ? starts.length - 1 : starts.length;
  return { path, text, lines, program, imports: readImports(path, program, lineAt), lineAt };
}

/** All TypeScript of these folders of the repository. */
export function readFolders(...folders: readonly string[]): SourceFile[] {
  return folders
    .map((folder) => join(ROOT, folder))
    .filter((folder) => existsSync(folder))
    .flatMap(listFiles)
    .sort()
    .map((absolute) => parseSource(relative(ROOT, absolute).replaceAll(sep, "/"), readFileSync(absolute, "utf8")));
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.startsWith("test/");
}

/** The folder under `src` that a file belongs to; `src/main.ts` is of `main`. */
export function roomOf(path: string): string {
  return (path.split("/")[1] ?? "").replace(/\.ts$/, "");
}
