import type { SecurityReport } from "./audit.ts";

/** One permission that was narrowed, or could not be. */
export interface FixAction {
  readonly kind: "chmod";
  readonly path: string;
  /** As `chmod` takes it: `600`. */
  readonly mode: string;
  readonly ok: boolean;
}

/** What `--fix` did (spec 9); `errors` are sentences, and without them `ok` is true. */
export interface FixReport {
  readonly ok: boolean;
  readonly stateDir: string;
  readonly configPath: string;
  readonly configWritten: boolean;
  readonly changes: readonly string[];
  readonly actions: readonly FixAction[];
  readonly errors: readonly string[];
}

/** What the command line needs for `security audit`; `main` implements it, and no gateway has to run. */
export interface SecurityDeps {
  audit(): Promise<SecurityReport>;
  fix(): Promise<FixReport>;
}
