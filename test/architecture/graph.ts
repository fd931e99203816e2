/** Who imports whom: the direction of imports, cycles, and how much a file pulls in. */
import { roomOf, type Import, type SourceFile } from "./source.ts";

/** Top to bottom; a room imports only from lines below its own (docs/architecture.md). */
const LEVELS: readonly (readonly string[])[] = [
  ["main"],
  ["cli", "gateway", "automation"],
  ["operations"],
  ["audit"],
  ["turns"],
  ["agent"],
  ["inbox", "outbox", "rights"],
  ["sessions", "people", "memory", "cluster", "search"],
  ["media"],
  ["store", "admission", "routing", "config"],
  ["texts"],
  ["domain"],
];

/** Beside the line of rooms: `main` alone knows them, and they know `domain` alone. */
const SIDE_ROOMS: readonly string[] = ["channels", "logging", "observe"];

export type Graph = ReadonlyMap<string, SourceFile>;

export function graphOf(files: readonly SourceFile[]): Graph {
  return new Map(files.map((file) => [file.path, file]));
}

function levelOf(room: string): number {
  return LEVELS.findIndex((rooms) => rooms.includes(room));
}

/** Why `from` may not import `to`; null when it may. */
function objection(from: string, to: string): string | null {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (room === "channels" && other === "channels") {
    return from.split("/")[2] === to.split("/")[2] ? null : "a channel imports no other channel";
  }
  if (room === other) return null;
  if (SIDE_ROOMS.includes(room)) return other === "domain" ? null : `${room} imports domain alone`;
  if (SIDE_ROOMS.includes(other)) return room === "main" ? null : `${other} is imported by main alone`;
  if (levelOf(room) < 0) return `src/${room} has no place in the order of rooms`;
  if (levelOf(other) < 0) return `src/${other} has no place in the order of rooms`;
  if (levelOf(room) === levelOf(other)) return `${room} and ${other} are neighbours`;
  return levelOf(room) < levelOf(other) ? null : `${other} stands above ${room}`;
}

function atImport(file: SourceFile, imported: Import): string {
  return `${file.path}:${imported.line} imports ${imported.file ?? imported.specifier}`;
}

/** Every import in `src` that runs against the order of the rooms or out of `src`. */
export function importsAgainstTheOrder(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((imported) => {
      if (imported.file === null) return [];
      const why = imported.file.startsWith("src/") ? objection(file.path, imported.file) : "src imports nothing outside src";
      return why === null ? [] : [`${atImport(file, imported)}: ${why}`];
    }),
  );
}

/** Every import of `files` that leads into one of these folders. */
export function importsInto(files: readonly SourceFile[], ...folders: readonly string[]): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((imported) => folders.some((folder) => imported.file?.startsWith(`${folder}/`)))
      .map((imported) => atImport(file, imported)),
  );
}

/** Every import of a file that is not there. */
export function importsOfNothing(graph: Graph): string[] {
  return [...graph.values()].flatMap((file) =>
    file.imports
      .filter((imported) => imported.file !== null && /\.tsx?$/.test(imported.file) && !imported.file.endsWith(".d.ts") && !graph.has(imported.file))
      .map((imported) => atImport(file, imported)),
  );
}

function neighbours(graph: Graph, path: string): string[] {
  const files = graph.get(path)?.imports.map(({ file }) => file) ?? [];
  return [...new Set(files)].filter((file): file is string => file !== null && graph.has(file));
}

/** The files that reading `path` pulls in besides itself, types included. */
export function reachOf(graph: Graph, path: string): ReadonlySet<string> {
  const seen = new Set<string>([path]);
  for (const next of seen) for (const file of neighbours(graph, next)) seen.add(file);
  seen.delete(path);
  return seen;
}

/** Groups of files that reach each other (Tarjan's strongly connected components of more than one file). */
export function cyclesOf(graph: Graph): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const close = (path: string): void => {
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1 || neighbours(graph, path).includes(path)) cycles.push(group.sort());
  };
  const visit = (path: string): number => {
    const own = order.size;
    order.set(path, own);
    low.set(path, own);
    stack.push(path);
    for (const next of neighbours(graph, path)) {
      const reached = order.has(next) ? (stack.includes(next) ? (order.get(next) ?? own) : own) : visit(next);
      low.set(path, Math.min(low.get(path) ?? own, reached));
    }
    const lowest = low.get(path) ?? own;
    if (lowest === own) close(path);
    return lowest;
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

/** `@scope/name/deep` as `@scope/name`; null for Node's own modules and the repository's files. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith(".") || specifier.startsWith("node:") || specifier.startsWith("#")) return null;
  return specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** `file:line imports package` for every package that `declared` does not know. */
export function undeclaredPackages(files: readonly SourceFile[], declared: ReadonlySet<string>): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((imported) => {
      const name = packageOf(imported.specifier);
      return name === null || declared.has(name) ? [] : [atImport(file, imported)];
    }),
  );
}
