import type { Job, JobDelivery } from "../domain/job.ts";

/** Answers that are not meant for anybody. */
const SILENT: ReadonlySet<string> = new Set(["NO_REPLY", "HEARTBEAT_OK"]);

export function isSilent(text: string): boolean {
  const plain = text.trim();
  return plain === "" || SILENT.has(plain);
}

/** What becomes of a job's words where it does not say: they go to where whoever it is for was last. An event in the main session is
 * answered there in any case, and sent on where that is possible. */
export function deliveryOf({ delivery, sessionTarget }: Pick<Job, "delivery" | "sessionTarget">): JobDelivery {
  return delivery ?? { mode: "announce", channel: "last", ...(sessionTarget === "main" ? { bestEffort: true } : {}) };
}
