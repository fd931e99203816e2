import type { z } from "zod";
import { configJsonSchema, type SchemaNode } from "./json-schema.ts";
import { describeValue, problem, type ConfigProblem } from "./problems.ts";
import { nearest } from "./suggest.ts";
import { isObject, valueAt, type ValuePath } from "./value-path.ts";

/** The schema nodes that may describe what stands at a path. */
function nodesAt(root: SchemaNode, path: ValuePath): readonly SchemaNode[] {
  let nodes: readonly SchemaNode[] = [root];
  for (const segment of path) {
    nodes = nodes.flatMap(branches).flatMap((node) => {
      if (typeof segment === "number") return node.items ?? [];
      const child = node.properties !== undefined && Object.hasOwn(node.properties, segment) ? node.properties[segment] : node.additionalProperties;
      return isObject(child) ? (child as SchemaNode) : [];
    });
  }
  return nodes.flatMap(branches);
}

function branches(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf === undefined ? [node] : [node, ...node.anyOf.flatMap(branches)];
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function range(nodes: readonly SchemaNode[], fallback: string): string {
  const node = nodes.find(({ minimum, maximum }) => minimum !== undefined || maximum !== undefined);
  if (node === undefined) return fallback;
  const kind = TYPE_NAMES[String(node.type)] ?? fallback;
  if (node.maximum === undefined) return `${kind}, ${node.minimum} or more`;
  return node.minimum === undefined ? `${kind}, ${node.maximum} or less` : `${kind} from ${node.minimum} to ${node.maximum}`;
}

function expected(issue: z.core.$ZodIssue, nodes: readonly SchemaNode[]): string {
  switch (issue.code) {
    case "invalid_value":
      return `expected ${issue.values.length > 1 ? "one of " : ""}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_type":
      return `expected ${range(nodes, TYPE_NAMES[issue.expected] ?? issue.expected)}`;
    case "too_small":
    case "too_big":
      if (issue.origin === "string") return "expected a text that is not empty";
      if (issue.origin === "array") return `expected a list of ${issue.code === "too_small" ? `${issue.minimum} or more` : `${issue.maximum} or fewer`}`;
      return `expected ${range(nodes, "a number within its limits")}`;
    case "invalid_format":
      return issue.format === "url" ? "expected a URL that begins with http:// or https://" : issue.message;
    default:
      return issue.message;
  }
}

function fixFor(path: ValuePath, issue: z.core.$ZodIssue, nodes: readonly SchemaNode[], value: unknown): string {
  if (issue.code === "custom" && typeof issue.params?.["fix"] === "string") return issue.params["fix"];
  if (issue.code === "invalid_value" && typeof value === "string") {
    const near = nearest(value, issue.values.filter((option) => typeof option === "string"));
    if (near !== null) return `did you mean "${near}"`;
  }
  const example = nodes.find(({ examples }) => examples !== undefined)?.examples?.[0];
  if (example === undefined) return "correct the value, or take it out";
  const last = path.at(-1);
  const name = typeof last === "string" ? `${JSON.stringify(last)}: ` : "";
  if (value === undefined) return `add it, for example ${name}${JSON.stringify(example)}`;
  return `for example ${name}${JSON.stringify(example)}; or take it out for the default`;
}

function unknownKeys(keys: readonly string[], path: ValuePath, nodes: readonly SchemaNode[]): readonly ConfigProblem[] {
  const known = nodes.flatMap(({ properties }) => Object.entries(properties ?? {}));
  const names = known.filter(([, node]) => node["x-foreign"] !== true).map(([name]) => name);
  return keys.map((key) => {
    const near = nearest(key, known.map(([name]) => name));
    return problem([...path, key], "unknown setting", near === null ? `take it out; known here: ${names.join(", ")}` : `did you mean "${near}"`);
  });
}

type Issue = z.core.$ZodIssue;

/** Whether a branch of a union takes this type of value at all; only then do its complaints help. */
function takesType(errors: readonly Issue[], value: unknown): boolean {
  return !errors.some((inner) => {
    if (inner.path.length > 0) return false;
    if (inner.code === "invalid_union") return !inner.errors.some((branch) => takesType(branch, value));
    return inner.code === "invalid_type" || (inner.code === "invalid_value" && !inner.values.some((option) => typeof option === typeof value));
  });
}

/** Of a union, what the writer most likely meant: the branch of the right type that came deepest; else the union itself. */
function flatten(issue: Issue, prefix: ValuePath, shown: unknown): readonly { readonly issue: Issue; readonly path: ValuePath }[] {
  const path = [...prefix, ...(issue.path as ValuePath)];
  if (issue.code !== "invalid_union") return [{ issue, path }];
  const value = valueAt(shown, path);
  const fitting = issue.errors.filter((errors) => takesType(errors, value));
  const depth = (errors: readonly Issue[]) => errors[0]?.path.length ?? 0;
  const best = fitting.toSorted((a, b) => depth(b) - depth(a))[0];
  return best === undefined ? [{ issue, path }] : best.flatMap((inner) => flatten(inner, path, shown));
}

/** What each branch of a union would take: `a string`, `false`. */
function alternatives(issue: Issue): readonly string[] {
  if (issue.code === "invalid_union") return issue.errors.flatMap((errors) => errors.filter(({ path }) => path.length === 0).flatMap(alternatives));
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value));
  return issue.code === "invalid_type" ? [TYPE_NAMES[issue.expected] ?? issue.expected] : [];
}

/**
 * What the schema found, in the file's own terms: path, what was expected, the value's type, the fix.
 * `shown` is the tree before `${VAR}` was filled in, so that no variable's value is printed.
 */
export function explain(issues: readonly z.core.$ZodIssue[], shown: unknown): readonly ConfigProblem[] {
  const root = configJsonSchema();
  return issues.flatMap((outer) => flatten(outer, [], shown)).flatMap(({ issue, path }) => {
    const nodes = nodesAt(root, path);
    if (issue.code === "unrecognized_keys") return unknownKeys(issue.keys, path, nodes);
    const value = valueAt(shown, path);
    const what = issue.code === "invalid_union" ? `expected ${[...new Set(alternatives(issue))].join(" or ")}` : expected(issue, nodes);
    return problem(path, `${what} but got ${describeValue(value, path)}`, fixFor(path, issue, nodes, value));
  });
}
