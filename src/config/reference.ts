import { configJsonSchema, type SchemaNode } from "./json-schema.ts";
import { isObject } from "./value-path.ts";

interface Row {
  readonly path: string;
  readonly node: SchemaNode;
  readonly unused: boolean;
}

/** Their fields are those of another place, which the page names. */
const LIKE_ANOTHER: readonly string[] = ["channels.<name>.accounts", "channels.<name>.guilds", "channels.<name>.channels", "channels.<name>.rooms", "session.resetByType", "session.resetByChannel"];

/** How the unknown part of a map's path is written. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { channels: "<name>" };

function rowsOf(path: string, node: SchemaNode, unused: boolean): readonly Row[] {
  if (node["x-foreign"] === true) return [];
  const own = node.examples !== undefined ? [{ path, node, unused: unused || node["x-unused"] === true }] : [];
  if (LIKE_ANOTHER.includes(path)) return own;
  const inside = [node, ...(node.anyOf ?? [])].flatMap((branch) => [
    ...Object.entries(branch.properties ?? {}).flatMap(([key, child]) => rowsOf(path === "" ? key : `${path}.${key}`, child, unused)),
    ...(isObject(branch.additionalProperties) ? rowsOf(`${path}.${PLACEHOLDERS[path] ?? "<id>"}`, branch.additionalProperties as SchemaNode, unused) : []),
    ...(branch.items === undefined ? [] : rowsOf(`${path}[]`, branch.items, unused)),
  ]);
  return [...own, ...inside];
}

const KINDS: Readonly<Record<NonNullable<SchemaNode["x-kind"]>, string>> = {
  duration: "duration",
  size: "size",
  secret: "secret string",
  id: "string or number",
  model: "string or `{primary, fallbacks}`",
};

function typeOf(node: SchemaNode): string {
  if (node["x-kind"] !== undefined) return KINDS[node["x-kind"]];
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(typeOf))].join(" or ");
  if (node.type === "array") return `list of ${node.items === undefined ? "anything" : typeOf(node.items)}`;
  if (node.type === "integer") return `whole number${limits(node)}`;
  if (node.type === "number") return `number${limits(node)}`;
  if (node.type === "object") return isObject(node.additionalProperties) && node.properties === undefined ? "map" : "object";
  return Array.isArray(node.type) ? node.type.join(" or ") : String(node.type ?? "anything");
}

function limits({ minimum, maximum }: SchemaNode): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum} to ${maximum}`;
  return minimum === undefined ? "" : `, ${minimum} or more`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function defaultOf({ default: value }: SchemaNode): string {
  return value === undefined || (isObject(value) && Object.keys(value).length === 0) ? "" : `\`${JSON.stringify(value)}\``;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ path, node }) => {
    const cells = [`\`${path}\``, typeOf(node), defaultOf(node), `\`${JSON.stringify(node.examples?.[0])}\``, node.description ?? ""];
    return `| ${cells.map(cell).join(" | ")} |`;
  });
  return ["| Setting | Type | Default | Example | Meaning |", "|---|---|---|---|---|", ...lines].join("\n");
}

/** Every setting with its example, for checks; `<name>` and `[]` stand for what the file names itself. */
export function referenceRows(): readonly Row[] {
  return rowsOf("", configJsonSchema(), false);
}

/** The tables of docs/configuration.md, made from the schema so that the page cannot fall behind it. */
export function renderReference(): string {
  const rows = referenceRows();
  const used = rows.filter(({ unused }) => !unused);
  const sections = [...new Set(used.map(({ path }) => path.split(/[.[]/)[0] ?? path))];
  const parts = sections.map((section) => `### ${section}\n\n${table(used.filter(({ path }) => path.split(/[.[]/)[0] === section))}`);
  const rest = rows.filter(({ unused }) => unused);
  parts.push(`### Checked, but without effect in this version\n\nA wrong value is still an error.\n\n${table(rest)}`);
  return `${parts.join("\n\n")}\n`;
}

if (import.meta.main) process.stdout.write(renderReference());
