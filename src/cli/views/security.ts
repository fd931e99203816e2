import type { SecurityReport } from "../../audit/security/audit.ts";
import type { FixReport } from "../../audit/security/deps.ts";
import { SEVERITIES, type Finding, type Severity } from "../../audit/security/finding.ts";
import { withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";

function heading(severity: Severity, palette: Palette): string {
  const text = severity.toUpperCase();
  if (severity === "critical") return palette.bad(text);
  return severity === "warn" ? palette.warn(text) : palette.dim(text);
}

function indented(text: string): string[] {
  return text.split("\n").map((line) => `  ${withoutControls(line)}`);
}

function findingLines({ checkId, title, detail, remediation }: Finding, palette: Palette): string[] {
  return [
    `${palette.bold(withoutControls(checkId))} ${withoutControls(title)}`,
    ...indented(detail),
    ...(remediation === undefined ? [] : indented(`Fix: ${remediation}`)),
  ];
}

/** The layout of spec 9. `deeper`: the command that would look at more, null where that was just done. */
export function securityLines({ summary, findings }: SecurityReport, deeper: string | null, palette: Palette): string[] {
  const sections = SEVERITIES.flatMap((severity) => {
    const there = findings.filter((finding) => finding.severity === severity);
    return there.length === 0 ? [] : ["", heading(severity, palette), ...there.flatMap((finding) => findingLines(finding, palette))];
  });
  return [
    palette.bold("Continuo security audit"),
    `Summary: ${summary.critical} critical · ${summary.warn} warn · ${summary.info} info`,
    ...(deeper === null ? [] : [palette.dim(`Run deeper: ${deeper}`)]),
    ...sections,
  ];
}

/** What `--fix` did, before what is left. */
export function fixLines({ changes, actions, errors }: FixReport, palette: Palette): string[] {
  const done = [...changes, ...actions.filter(({ ok }) => ok).map(({ mode, path }) => `chmod ${mode} ${path}`)];
  const lines = [...done.map((line) => `  ${palette.good("✓")} ${withoutControls(line)}`), ...errors.map((line) => `  ${palette.bad("✗")} ${withoutControls(line)}`)];
  return [palette.bold("Fixed"), ...(lines.length === 0 ? ["  nothing had to be changed"] : lines), ""];
}
