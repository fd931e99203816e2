import { readFile } from "node:fs/promises";
import { describeChange, diffConfig, editConfig, editText, look, writeFirstConfig, type ConfigEdit, type Environment } from "../config/index.ts";
import { systemClock } from "../domain/clock.ts";
import { createIds } from "../domain/ids.ts";

/**
 * Writes settings into the configuration file, after the whole result has been found valid; a first file is written
 * where there is none. Answers a line for each setting that is in force differently, and for each new warning. Throws CONFIG_*, STATE_UNWRITABLE.
 */
export async function editSettings(path: string, env: Environment, edits: readonly ConfigEdit[]): Promise<readonly string[]> {
  await writeFirstConfig(path, createIds(systemClock));
  const before = await look(path, env);
  const text = await editText(await readFile(path, "utf8"), edits);
  const after = await look(path, env, async (file) => (file === path ? Buffer.from(text) : readFile(file)));
  await editConfig(path, edits);
  const found = after.warnings.filter((warning) => !before.warnings.includes(warning));
  return [...diffConfig(before.config, after.config).map(describeChange), ...found.map((warning) => `warning: ${warning}`)];
}
