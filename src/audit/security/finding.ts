export const SEVERITIES = ["critical", "warn", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One thing found (spec 9). Texts name settings, paths and people, and never a secret. */
export interface Finding {
  readonly checkId: string;
  readonly severity: Severity;
  readonly title: string;
  /** One fact a line. */
  readonly detail: string;
  readonly remediation?: string;
}

type Words = Omit<Finding, "severity">;

export function critical(words: Words): Finding {
  return { ...words, severity: "critical" };
}

export function warn(words: Words): Finding {
  return { ...words, severity: "warn" };
}

export function info(words: Words): Finding {
  return { ...words, severity: "info" };
}
