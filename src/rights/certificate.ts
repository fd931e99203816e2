import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";

const COUNTS = z.record(z.string(), z.number());

/** What says that somebody was erased, and by which it can be checked later without knowing who it was. */
const CERTIFICATE = z.object({
  format: z.literal("continuo-erasure"),
  formatVersion: z.literal(1),
  /** What they are called in the ledger. */
  pseudonym: z.string(),
  continuo: z.string(),
  beganAt: z.number(),
  endedAt: z.number(),
  salt: z.string().min(16).max(100),
  /** How much was removed, by kind. */
  removed: COUNTS,
  /** The same by session, whose keys are hashed. */
  sessions: COUNTS,
  identities: z.array(z.string()),
  marks: z.array(z.string()),
  /** Of the files that went: salted hashes of their hashes. */
  files: z.array(z.string()).default([]),
  /** Texts too short to be told from anybody's: they are gone, and cannot be looked for. */
  shortTexts: z.number(),
  /** Passages and names that were found with others when it ended, by where: those are not theirs alone, and not looked for. */
  elsewhere: COUNTS,
  ledger: z.object({ rewritten: z.number(), n: z.number(), hash: z.string() }),
  /** Files that were made before and still hold them. */
  backups: z.array(z.string()),
  notes: z.array(z.string()),
});

export type Certificate = z.output<typeof CERTIFICATE>;

/** Throws REQUEST_INVALID where it is none. */
export function readCertificate(value: unknown): Certificate {
  const read = CERTIFICATE.safeParse(value);
  if (!read.success) throw new ContinuoError("REQUEST_INVALID", "This is no certificate of an erasure.", { cause: read.error });
  return read.data;
}
