import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import { createFile } from "./write-file.ts";

export interface FirstConfig {
  /** False: a file was there, and it was left as it is. */
  readonly created: boolean;
  /** The token that was written; null when nothing was. */
  readonly token: string | null;
}

function text(token: string, port: number): string {
  return `// Configuration of Continuo (JSON5: comments and trailing commas are fine).
// Changes take effect when you save; see docs/configuration.md.
{
  "gateway": {
    "port": ${port},
    // "lan" opens it to your network.
    "bind": "loopback",
    "auth": {
      // Whoever has this token is you: keep it to yourself.
      "token": ${JSON.stringify(token)},
    },
  },
  "agents": {
    "defaults": {
      // Built in, needs no key. For another: "anthropic/claude-sonnet-4-5".
      "model": "continuo/recall",
    },
  },
}
`;
}

/**
 * Writes the first configuration, mode 0600, in one step; a new directory gets 0700.
 * Never overwrites. Errors: STATE_UNWRITABLE.
 */
export async function writeFirstConfig(path: string, ids: Pick<Ids, "token">, port = 18_789): Promise<FirstConfig> {
  const token = ids.token();
  try {
    const created = await createFile(path, text(token, port));
    return { created, token: created ? token : null };
  } catch (error) {
    throw new ContinuoError("STATE_UNWRITABLE", `${path} cannot be written (${String((error as NodeJS.ErrnoException).code)}).`, { cause: error, fields: { file: path } });
  }
}
