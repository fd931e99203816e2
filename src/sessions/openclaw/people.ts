import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileIdentities, type FileIdentity } from "../../routing/people.ts";
import { asFields, type Fields } from "./fields.ts";
import type { Complain } from "./found.ts";

/** Somebody who was let in by a code. */
export interface LetIn {
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
  readonly file: string;
}

/** What the source says of people. */
export interface FoundPeople {
  readonly links: readonly FileIdentity[];
  readonly letIn: readonly LetIn[];
  /** How many ask to be let in: their codes are of the other gateway. */
  readonly asking: number;
}

const STORE = /^([a-z0-9_]+)(?:-(.+))?-(allowFrom|pairing)\.json$/i;

async function readJson(path: string): Promise<Fields | null> {
  return asFields(JSON.parse(await readFile(path, "utf8")));
}

function listIn(fields: Fields | null, name: string): readonly unknown[] {
  const value = fields?.[name];
  return Array.isArray(value) ? value : [];
}

/** Links of the configuration in both shapes, and the stores of pairing in `credentials/`: never the secrets beside them. */
export async function findPeople(root: string, config: Fields | null, complain: Complain): Promise<FoundPeople> {
  const session = asFields(config?.["session"]);
  const links = fileIdentities((asFields(session?.["identityLinks"]) ?? {}) as never);
  const letIn: LetIn[] = [];
  let asking = 0;
  const directory = join(root, "credentials");
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") complain({ file: "credentials", line: null, why: `it cannot be read (${error.code ?? "unknown"})` });
    return [];
  });
  for (const name of names.toSorted()) {
    const [, channel = "", account, kind] = STORE.exec(name) ?? [];
    if (channel === "") continue;
    const file = `credentials/${name}`;
    try {
      const read = await readJson(join(directory, name));
      if (kind?.toLowerCase() === "pairing") asking += listIn(read, "requests").length;
      else for (const id of listIn(read, "allowFrom")) if ((typeof id === "string" && id !== "*") || typeof id === "number") letIn.push({ channel: channel.toLowerCase(), account: account ?? "default", senderId: String(id).trim(), file });
    } catch {
      complain({ file, line: null, why: "it cannot be read as JSON" });
    }
  }
  return { links, letIn: letIn.filter(({ senderId }) => senderId !== ""), asking };
}
