import { readFile, writeFile } from "node:fs/promises";
import type { Ids } from "../domain/ids.ts";

/** Signs device tokens; made once, kept beside the database, so that they outlive a restart. */
export async function deviceSecret(path: string, ids: Ids): Promise<string> {
  const known = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  if (known.trim() !== "") return known.trim();
  const secret = ids.token();
  await writeFile(path, `${secret}\n`, { mode: 0o600 });
  return secret;
}
