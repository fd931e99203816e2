import { readFile } from "node:fs/promises";
import JSON5 from "json5";
import { asFields, type Fields } from "./fields.ts";

/** The configuration of another installation, as it lies there: null where there is none. Throws SyntaxError and those of the file system. */
export async function readForeignConfig(path: string): Promise<Fields | null> {
  try {
    return asFields(JSON5.parse(await readFile(path, "utf8"))) ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** The settings that stand otherwise in two configurations, down to the second name: names alone, since values may be secrets. */
export function differingSettings(a: Fields, b: Fields, depth = 2): string[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted();
  return names.flatMap((name) => {
    if (JSON.stringify(a[name]) === JSON.stringify(b[name])) return [];
    const [left, right] = [asFields(a[name]), asFields(b[name])];
    if (depth > 1 && left !== null && right !== null) return differingSettings(left, right, depth - 1).map((inner) => `${name}.${inner}`);
    return [name];
  });
}
