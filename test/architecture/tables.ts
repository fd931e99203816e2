/** Which room writes which table, read off the statements and who imports them. */
import { field, fields, nameOf, roomOf, walk, type Node, type SourceFile } from "./source.ts";

const STATEMENTS = "src/store/statements/";
const WRITING: readonly string[] = ["insertInto", "updateTable", "deleteFrom", "replaceInto", "mergeInto"];
const WRITING_SQL = /\b(?:insert\s+(?:or\s+\w+\s+)?into|update|delete\s+from|replace\s+into)\s+"?([a-z_]+)"?/gi;

export function isStatement(path: string): boolean {
  return path.startsWith(STATEMENTS) && !path.endsWith(".test.ts");
}

function calledMethod(node: Node): string | null {
  const callee = field(node, "callee");
  return callee?.type === "MemberExpression" ? nameOf(field(callee, "property")) : null;
}

/** The tables that a statement's file writes, by the query builder or by raw SQL. */
export function tablesWritten(file: SourceFile): ReadonlySet<string> {
  const tables = new Set<string>();
  walk(file.program, (node) => {
    if (node.type === "CallExpression" && WRITING.includes(calledMethod(node) ?? "")) {
      const table = nameOf(fields(node, "arguments")[0] ?? null);
      tables.add(table ?? `a computed table in ${file.path}`);
    }
    if (node.type !== "TaggedTemplateExpression") return;
    for (const [, table] of file.text.slice(node.start, node.end).matchAll(WRITING_SQL)) if (table) tables.add(table);
  });
  return tables;
}

export interface TableWriters {
  readonly table: string;
  /** Room to the statements of this table that it uses. */
  readonly rooms: ReadonlyMap<string, readonly string[]>;
}

/** For each table the rooms that write it. A statement that another statement builds on counts where that one is used. */
export function writersOf(files: readonly SourceFile[]): TableWriters[] {
  const writers = new Map<string, Map<string, string[]>>();
  for (const file of files.filter(({ path }) => isStatement(path))) {
    const users = files.filter(({ path, imports }) => !isStatement(path) && imports.some((imported) => imported.file === file.path && !imported.typeOnly));
    for (const table of tablesWritten(file)) {
      const rooms = writers.get(table) ?? new Map<string, string[]>();
      writers.set(table, rooms);
      for (const room of new Set(users.map(({ path }) => roomOf(path)))) rooms.set(room, [...(rooms.get(room) ?? []), file.path.slice(STATEMENTS.length)]);
    }
  }
  return [...writers].map(([table, rooms]) => ({ table, rooms }));
}

/** Statements that nobody uses. */
export function unusedStatements(files: readonly SourceFile[]): string[] {
  const used = new Set(files.flatMap(({ imports }) => imports.map(({ file }) => file)));
  return files.filter(({ path }) => isStatement(path) && !used.has(path)).map(({ path }) => path);
}
