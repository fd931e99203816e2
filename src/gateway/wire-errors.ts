import type { z } from "zod";
import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type { Protocol } from "./options.ts";

export type WireCode = "INVALID_REQUEST" | "UNAVAILABLE" | "FORBIDDEN" | "NOT_PAIRED";

/** The error of a response frame (spec 11.2). */
export interface WireError {
  readonly code: WireCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

/** What the caller can put right; everything else is ours, and so `UNAVAILABLE`. */
const CALLERS_FAULT: readonly ErrorCode[] = [
  "REQUEST_INVALID",
  "SESSION_NOT_FOUND",
  "SESSION_KEY_INVALID",
  "AGENT_UNKNOWN",
  "MESSAGE_TOO_LARGE",
  "MODEL_UNKNOWN",
  "CHANNEL_UNKNOWN",
  "JOB_UNKNOWN",
  "JOB_TARGET_MISSING",
  "CONFIG_INVALID",
  "CONFIG_SYNTAX",
  "PEOPLE_UNKNOWN",
  "PEOPLE_NAME_TAKEN",
  "PEOPLE_IN_FILE",
  "PAIRING_UNKNOWN",
  "CHANGE_NEEDS_APPROVAL",
  "CHANGE_STALE",
  "CHANGE_UNKNOWN",
  "CHANGE_NOT_LATEST",
  "DELIVERY_UNKNOWN",
  "STEP_UNKNOWN",
  "TRASH_UNKNOWN",
];

const FORBIDDEN: readonly ErrorCode[] = ["REQUEST_FORBIDDEN", "GATEWAY_UNAUTHORIZED"];

function wireCode(code: ErrorCode, protocol: Protocol): WireCode {
  // Clients of protocol 3 know no FORBIDDEN.
  if (FORBIDDEN.includes(code)) return protocol === 3 ? "INVALID_REQUEST" : "FORBIDDEN";
  return CALLERS_FAULT.includes(code) ? "INVALID_REQUEST" : "UNAVAILABLE";
}

/** What newer clients read to offer a wider connection. Of all fields only this one leaves the house. */
function scopeDetails(error: ContinuoError): Record<string, unknown> {
  const { missingScope: scope } = error.fields;
  return error.code === "REQUEST_FORBIDDEN" && typeof scope === "string" ? { code: "MISSING_SCOPE", missingScope: scope, requiredScopes: [scope] } : {};
}

/**
 * Anything thrown, as a client may see it: our message and cure, our stable code in `details.continuoCode`.
 * Foreign errors become `internal error`: their words, paths and stacks are for the log alone (P40).
 */
export function toWireError(error: unknown, protocol: Protocol): WireError {
  const known = isContinuoError(error) && error.code !== "INTERNAL" ? error : null;
  if (known === null) {
    const { cure } = new ContinuoError("INTERNAL", "internal error");
    return { code: "UNAVAILABLE", message: "internal error", details: { continuoCode: "INTERNAL", cure }, retryable: false };
  }
  return {
    code: wireCode(known.code, protocol),
    message: known.message,
    details: { ...scopeDetails(known), continuoCode: known.code, cure: known.cure },
    retryable: known.retryable,
    ...(known.retryAfterMs === null ? {} : { retryAfterMs: Math.max(0, Math.round(known.retryAfterMs)) }),
  };
}

export function unknownMethod(method: string): ContinuoError {
  return new ContinuoError("REQUEST_INVALID", `unknown method: ${method.slice(0, 100)}`);
}

export function missingScope(scope: string): ContinuoError {
  return new ContinuoError("REQUEST_FORBIDDEN", `missing scope: operator.${scope}`, { fields: { missingScope: `operator.${scope}` } });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function pointer(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "" : `at /${path.map(String).join("/")}: `;
}

function describeIssue(issue: z.core.$ZodIssue, params: unknown): string {
  const parent = issue.path.slice(0, -1);
  const last = issue.path.at(-1);
  if (last !== undefined && valueAt(params, issue.path) === undefined && typeof valueAt(params, parent) === "object") {
    return `${pointer(parent)}must have required property '${String(last)}'`;
  }
  if (issue.code === "unrecognized_keys") {
    return `${pointer(issue.path) || "at root: "}unexpected property '${issue.keys.join("', '")}'`;
  }
  if (issue.code === "invalid_type") return `${pointer(issue.path)}must be ${issue.expected}`;
  return `${pointer(issue.path)}${issue.message}`;
}

const SHOWN_ISSUES = 10;

/** `invalid chat.send params: must have required property 'message'; at /limit: must be number` (spec 11.2). */
export function invalidParams(method: string, issues: readonly z.core.$ZodIssue[], params: unknown): ContinuoError {
  const shown = issues.slice(0, SHOWN_ISSUES).map((issue) => describeIssue(issue, params));
  return new ContinuoError("REQUEST_INVALID", `invalid ${method} params: ${shown.join("; ")}`);
}
