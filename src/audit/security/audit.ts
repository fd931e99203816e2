import { directChecks } from "./checks/direct.ts";
import { fileChecks } from "./checks/files.ts";
import { gatewayChecks } from "./checks/gateway.ts";
import { groupChecks } from "./checks/groups.ts";
import { hookChecks } from "./checks/hooks.ts";
import { identityChecks } from "./checks/identity.ts";
import { sessionChecks } from "./checks/sessions.ts";
import { summaryChecks } from "./checks/summary.ts";
import type { AuditedConfig, SecurityFacts } from "./facts.ts";
import { critical, SEVERITIES, type Finding, type Severity } from "./finding.ts";
import { survey, type Check } from "./survey.ts";

export interface SecurityReport {
  readonly summary: Readonly<Record<Severity, number>>;
  /** The worst first; within a severity always in the same order. */
  readonly findings: readonly Finding[];
}

const CHECKS: readonly Check[] = [directChecks, groupChecks, sessionChecks, identityChecks, gatewayChecks, hookChecks, summaryChecks];

/** Critical, so that `--strict` never takes for safe what could not be looked at. */
function unread({ message, cure }: Extract<AuditedConfig, { kind: "invalid" }>): Finding {
  return critical({
    checkId: "config.unreadable",
    title: "The configuration cannot be used, so nothing in it was checked",
    detail: message,
    remediation: cure,
  });
}

function sameFinding(a: Finding, b: Finding): boolean {
  return a.checkId === b.checkId && a.detail === b.detail;
}

/** Counts and orders; two accounts that share a setting find the same, which is said once. */
export function reportOf(findings: readonly Finding[]): SecurityReport {
  const once = findings.filter((finding, index) => findings.findIndex((other) => sameFinding(other, finding)) === index);
  const of = (severity: Severity): Finding[] => once.filter((finding) => finding.severity === severity);
  return {
    summary: { critical: of("critical").length, warn: of("warn").length, info: of("info").length },
    findings: SEVERITIES.flatMap(of),
  };
}

/** Spec 9. Pure: what can be known is in the facts, and nothing of it is a secret when it comes out. */
export function auditSecurity(facts: SecurityFacts): SecurityReport {
  const { config } = facts;
  if (config.kind === "invalid") return reportOf([unread(config), ...fileChecks(facts)]);
  const known = survey(facts, config.config);
  return reportOf([...CHECKS.flatMap((check) => check(known)), ...fileChecks(facts)]);
}
