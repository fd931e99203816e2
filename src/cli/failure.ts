import { ContinuoError, toContinuoError, type ErrorCode } from "../domain/errors.ts";
import type { Terminal } from "./deps.ts";
import { withoutControls } from "./display-width.ts";
import { printJson } from "./output.ts";

/** An error whose cure is known better here than in the table of codes. */
export function failure(code: ErrorCode, message: string, cure: string): ContinuoError {
  return new ContinuoError(code, message, { fields: { cure } });
}

function causeOf(error: ContinuoError): string | null {
  if (error.code !== "INTERNAL" || !(error.cause instanceof Error)) return null;
  return error.cause.message.split("\n", 1)[0] ?? null;
}

/**
 * `error: <message> [CODE]` and `  fix: <cure>` on stderr; with `json` also `{error:{code,message,cure}}` on stdout,
 * so that a script always finds exactly one JSON document there. An INTERNAL error names its cause on this operator's
 * own terminal, never a stack; CONTINUO_DEBUG adds that.
 */
export function reportFailure(terminal: Terminal, thrown: unknown, json: boolean): void {
  const error = toContinuoError(thrown);
  const cause = causeOf(error);
  const message = cause === null ? error.message : `${error.message} (${cause})`;
  // A gateway, or whatever answers at its address, has a part in these words.
  terminal.stderr.write(withoutControls(`error: ${message} [${error.code}]\n  fix: ${error.cure}\n`));
  if (terminal.env.CONTINUO_DEBUG) terminal.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  if (json) printJson(terminal, { error: { code: error.code, message, cure: error.cure } });
}
