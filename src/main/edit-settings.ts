import { readFile } from "node:fs/promises";
import { describeChange, diffConfig, editConfig, editText, load, writeFirstConfig, type ConfigEdit, type Environment } from "../config/index.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";

/**
 * Writes settings into the configuration file, after the whole result has been found valid; a first file is written
 * where there is none. Answers a line for each setting that is in force differently. Throws CONFIG_*, STATE_UNWRITABLE.
 */
export async function editSettings(path: string, env: Environment, edits: readonly ConfigEdit[]): Promise<readonly string[]> {
  await writeFirstConfig(path, createIds(systemClock));
  const before = await load(path, env);
  const text = await editText(await readFile(path, "utf8"), edits);
  const after = await load(path, env, async (file) => (file === path ? Buffer.from(text) : readFile(file)));
  await editConfig(path, edits);
  return diffConfig(before.config, after.config).map(describeChange);
}
