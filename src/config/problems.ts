import { ContinuoError } from "../domain/errors.ts";
import { isSecretPath } from "./redact.ts";
import { formatPath, type ValuePath } from "./value-path.ts";

/** One thing wrong with the file. `line` is what a person reads; it never holds a secret. */
export interface ConfigProblem {
  readonly path: string;
  readonly line: string;
}

const SHOWN_CHARS = 60;

/** The value's type, and the value where it is short and no secret: `a number (5)`. */
export function describeValue(value: unknown, path: ValuePath): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  const type = typeof value;
  if (isSecretPath(path)) return `a ${type} (secret)`;
  const text = JSON.stringify(value) ?? String(value);
  return `a ${type} (${text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text})`;
}

export function problem(path: ValuePath, what: string, fix: string): ConfigProblem {
  const at = formatPath(path);
  return { path: at, line: `${at}: ${what}. Fix: ${fix}.` };
}

/** All problems as one error; each stands on its own line. */
export function invalid(file: string, problems: readonly ConfigProblem[]): ContinuoError {
  const count = problems.length === 1 ? "a setting that cannot be used" : `${problems.length} settings that cannot be used`;
  return new ContinuoError("CONFIG_INVALID", `${file} has ${count}:\n${problems.map(({ line }) => line).join("\n")}`, {
    fields: { file, paths: problems.map(({ path }) => path) },
  });
}
