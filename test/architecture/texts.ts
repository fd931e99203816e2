/** What a chat's user reads stands in the catalogue (src/texts) and nowhere else: sentences in the code that says it. */
import { field, isNode, walk, type Node, type SourceFile } from "./source.ts";

const SPEAKING: readonly string[] = [
  "src/turns/commands/",
  "src/turns/notice.ts",
  "src/turns/footer.ts",
  "src/turns/commit.ts",
  "src/turns/poison.ts",
  "src/inbox/queue.ts",
  "src/inbox/stop.ts",
  "src/routing/explain.ts",
  "src/main/doorway.ts",
  "src/main/agreements.ts",
  "src/main/live-gateway.ts",
  "src/main/menus.ts",
];

/** Two words in a row, of any script, or a sign at the beginning: something that somebody is meant to read. */
const PROSE = /\p{L}{2,} \p{L}{2,}|\p{Script=Han}|\p{Extended_Pictographic}/u;

export function speaksToChats({ path }: Pick<SourceFile, "path">): boolean {
  return SPEAKING.some((place) => (place.endsWith("/") ? path.startsWith(place) : path === place));
}

function textOf(node: Node): string | null {
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  const value = node["value"];
  return node.type === "TemplateElement" && typeof value === "object" && value !== null ? String((value as { cooked?: unknown }).cooked ?? "") : null;
}

/** Errors are said by their code, and the log is not a chat. */
function isForOthers(node: Node): boolean {
  if (node.type === "NewExpression") return String(field(node, "callee")?.["name"] ?? "").endsWith("Error");
  if (node.type !== "CallExpression") return node.type === "TSLiteralType";
  const callee = field(node, "callee");
  const object = callee === null ? null : field(callee, "object");
  const name = object === null ? undefined : (object["name"] ?? (isNode(object["property"]) ? object["property"]["name"] : undefined));
  return name === "log";
}

/** Every such literal, with its place. */
export function proseOf(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.program, (node, ancestors) => {
    const text = textOf(node);
    if (text === null || !PROSE.test(text) || ancestors.some(isForOthers)) return;
    found.push(`${file.path}:${file.lineAt(node.start)} says ${JSON.stringify(text.slice(0, 60))}`);
  });
  return found;
}
