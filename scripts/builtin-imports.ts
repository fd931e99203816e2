/** One import statement at the beginning of what is left: `import a, { b as c } from "node:fs";`, `import "./d.js";`. */
const IMPORT = /^\s*import\s*(?:([^"';]+?)\s*from\s*)?["']([^"']+)["'];?/;
const CLAUSE = /^(?:([\w$]+)\s*,?\s*)?(?:\*\s*as\s+([\w$]+)|\{([^}]*)\})?$/;

/** What hardly any run needs: asked for when a member of it is. It brings the network along. */
const LATE: readonly string[] = ["node:child_process"];

/** The same names, taken from the module itself. */
function declarations(clause: string, id: string): string {
  const [whole, byDefault, asNamespace, named] = CLAUSE.exec(clause) ?? [];
  if (whole === undefined) throw new Error(`import ${clause} from "${id}" is not understood`);
  const module = `globalThis.process.getBuiltinModule("${id}")`;
  if (byDefault !== undefined && LATE.includes(id) && named === undefined) return `const ${byDefault} = new Proxy({}, { get: (_, name) => ${module}[name] });`;
  const taken = named?.replaceAll(/\s+as\s+/g, ": ");
  return [byDefault, asNamespace, taken === undefined ? undefined : `{${taken}}`]
    .filter((target) => target !== undefined)
    .map((target) => `const ${target} = ${module};`)
    .join("\n");
}

/**
 * A chunk that takes what it needs of Node's own modules from `process.getBuiltinModule`. An import statement evaluates
 * every export of such a module, whatever is named in it: `node:process` opens the standard streams, `node:http` makes a
 * WebSocket client, `node:crypto` the web's. Imports stand first in a chunk, and nothing of Node's waits for us in turn.
 */
export function importBuiltinsLazily(code: string): string {
  const kept: string[] = [];
  const replaced: string[] = [];
  let rest = code;
  for (let found = IMPORT.exec(rest); found !== null; found = IMPORT.exec(rest)) {
    const [statement, clause = "", id = ""] = found;
    if (id.startsWith("node:")) replaced.push(declarations(clause, id));
    else kept.push(statement.trim());
    rest = rest.slice(statement.length);
  }
  return [...kept, ...replaced, rest].join("\n");
}
