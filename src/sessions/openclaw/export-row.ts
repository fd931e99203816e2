import type { Session } from "../../domain/session.ts";
import { rowEntry } from "../mirror/row-json.ts";

/** Where a row keeps what OpenClaw has no place for; it leaves fields that it does not know as they are. */
const OWN_FIELD = "continuo";

/** What the form of OpenClaw cannot say exactly. */
export interface OwnFields {
  readonly key: string;
  readonly createdAt: number;
  readonly displayName: string | null;
}

/** `direct`, and lower case, as OpenClaw looks keys up (spec 2.2); a linked person as `per-peer` writes one. */
export function foreignKey(key: string): string {
  return key
    .replace(/^(agent:[^:]+):person:/, "$1:direct:")
    .replace(/^(agent:[^:]+(?::[^:]+){0,2}):dm:/, "$1:direct:")
    .replace(/%3A/gi, ":")
    .toLowerCase();
}

/** A session's row for OpenClaw: both of its forms side by side, and what only Continuo knows under a name of its own. */
export function exportedRow(session: Session, earlier: readonly string[]): object {
  const own: OwnFields = { key: session.key, createdAt: session.times.createdAt, displayName: session.displayName };
  return {
    ...rowEntry({ ...session, running: false }),
    systemSent: true,
    sessionFile: `${session.sessionId}.jsonl`,
    usageFamilySessionIds: earlier.length === 0 ? undefined : earlier,
    [OWN_FIELD]: own,
  };
}
