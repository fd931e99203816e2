import type { Command } from "commander";
import { reportOf, type SecurityReport } from "../../audit/security/audit.ts";
import type { SecurityDeps } from "../../audit/security/deps.ts";
import { warn } from "../../audit/security/finding.ts";
import { toContinuoError } from "../../domain/errors.ts";
import { command, refuseUnknownSubcommand, type CommandContext } from "../command.ts";
import { openGateway } from "../connection.ts";
import type { CliDeps } from "../deps.ts";
import { liveHolder } from "../endpoint.ts";
import { EXIT } from "../exit-codes.ts";
import { paletteFor, printJson, printLines } from "../output.ts";
import { fixLines, securityLines } from "../views/security.ts";

export interface SecurityContext extends CommandContext {
  readonly deps: CliDeps & { readonly security: SecurityDeps };
}

interface AuditOptions {
  readonly json?: boolean;
  readonly fix?: boolean;
  readonly strict?: boolean;
  readonly deep?: boolean;
}

/** What the running gateway said; `attempted` is false where none runs. */
interface DeepReport {
  readonly gateway: { readonly attempted: boolean; readonly url: string | null; readonly ok: boolean; readonly error: string | null };
}

const UNTRIED: DeepReport = { gateway: { attempted: false, url: null, ok: false, error: null } };

/** Whether the gateway that runs takes the secret that the file names: an old one may still be in force. */
async function probeGateway(deps: CliDeps): Promise<{ readonly deep: DeepReport; readonly cure: string | null }> {
  if (liveHolder(deps) === null) return { deep: UNTRIED, cure: null };
  try {
    const client = await openGateway(deps);
    try {
      await client.call("health", {});
      return { deep: { gateway: { attempted: true, url: client.url, ok: true, error: null } }, cure: null };
    } finally {
      client.close();
    }
  } catch (thrown) {
    const error = toContinuoError(thrown);
    return { deep: { gateway: { attempted: true, url: null, ok: false, error: error.message } }, cure: error.cure };
  }
}

async function deepened(deps: CliDeps, report: SecurityReport): Promise<{ readonly report: SecurityReport; readonly deep: DeepReport }> {
  const { deep, cure } = await probeGateway(deps);
  const { attempted, ok, error } = deep.gateway;
  if (!attempted || ok) return { report, deep };
  const failed = warn({
    checkId: "gateway.probe_failed",
    title: "The running gateway could not be asked",
    detail: error ?? "no reason was given",
    remediation: cure ?? "See what it is doing with `continuo logs`.",
  });
  return { report: reportOf([...report.findings, failed]), deep };
}

async function audit({ deps, settle }: SecurityContext, options: AuditOptions): Promise<void> {
  const { terminal, security, time } = deps;
  const fix = options.fix === true ? await security.fix() : null;
  const found = await security.audit();
  const { report, deep } = options.deep === true ? await deepened(deps, found) : { report: found, deep: null };
  if (options.json === true) {
    const whole = { ts: time.now(), ...report, ...(deep === null ? {} : { deep }) };
    printJson(terminal, fix === null ? { ...whole, secretDiagnostics: [] } : { fix, report: whole, secretDiagnostics: [] });
  } else {
    const palette = paletteFor(terminal);
    const done = fix === null ? [] : fixLines(fix, palette);
    printLines(terminal, [...done, ...securityLines(report, deep === null ? "continuo security audit --deep" : null, palette)]);
  }
  const failed = (fix !== null && !fix.ok) || (options.strict === true && report.summary.critical > 0);
  settle(failed ? EXIT.failure : EXIT.ok);
}

/** `security audit` (spec 9, A12): findings are no failure, except critical ones with `--strict`. */
export function securityCommand(context: SecurityContext): Command {
  const parent = command("security", "who can reach your conversations, and what to change", ["continuo security audit", "continuo security audit --fix"]);
  return parent
    .addCommand(
      command("audit", "check the settings, the files and who shares a session", ["continuo security audit", "continuo security audit --json --strict", "continuo security audit --fix"])
        .option("--json", "print JSON")
        .option("--fix", "close open groups and narrow the permissions of files; never changes who shares a session")
        .option("--strict", "exit code 1 when something is critical")
        .option("--deep", "ask the running gateway too")
        .action(async (options: AuditOptions) => audit(context, options)),
    )
    .action(() => {
      refuseUnknownSubcommand(parent);
      parent.outputHelp();
    });
}
