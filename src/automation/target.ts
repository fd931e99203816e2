import { ContinuoError } from "../domain/errors.ts";
import type { Job } from "../domain/job.ts";
import { kindOfSession } from "../sessions/kinds.ts";
import { resolveAlias } from "../sessions/repartition/aliases.ts";
import { sourceKey, type SourceContext, type SourceKey } from "../routing/sources.ts";
import type { Executor } from "../store/store.ts";
import type { SessionRow } from "../store/tables.ts";
import { findSession } from "../store/statements/find-session.ts";

type Targeted = Pick<Job, "id" | "agentId" | "sessionKey" | "sessionTarget">;

/** `session:<key>` */
const NAMED = "session:";

/** Where a job runs. A run of its own has a key with its session id, which nothing else has (spec 2.7). */
export function targetKey(job: Targeted, context: SourceContext, sessionId: string): SourceKey {
  const { agentId, id: jobId, sessionTarget: target } = job;
  if (target === "main") return sourceKey({ kind: "cron-main", agentId }, context);
  if (target === "isolated") return { ...sourceKey({ kind: "cron-run", agentId, jobId, sessionId }, context), fresh: true };
  const key = target === "current" ? (job.sessionKey ?? "") : target.slice(NAMED.length);
  return sourceKey({ kind: "cron-session", agentId, key }, context);
}

/** The session that a job names, under the key that it has now. */
export async function namedSession(store: Executor, job: Targeted, context: SourceContext): Promise<{ readonly key: SourceKey; readonly session: SessionRow | undefined }> {
  const named = targetKey(job, context, "");
  const key = { ...named, sessionKey: await resolveAlias(store, named.sessionKey) };
  return { key, session: await store.get(findSession, { key: key.sessionKey }) };
}

const CHAT = /:(?:dm|group|channel|person):/;

/**
 * Whether a job may begin a session under this key. Not one that belongs to somebody's chat: who reads there is known once they
 * have written.
 */
export function mayBegin(key: string): boolean {
  return kindOfSession(key, "dm") !== "thread" && !CHAT.test(`${key}:`);
}

export function noSuchSession(key: string): ContinuoError {
  return new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${key}`);
}
