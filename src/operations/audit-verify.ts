import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { headWords, readHead } from "../store/seals/chain.ts";
import { define } from "./define.ts";

export const auditVerify = define({
  name: "audit.verify",
  scope: "admin",
  input: z.object({ head: z.string().max(100).optional() }),
  example: { head: `12:${"ab".repeat(32)}` },
  /** Whether the ledger says what it said when it was sealed; `head` is an end of the chain that was written down before. */
  async run({ people }, { head }) {
    const noted = head === undefined ? null : readHead(head);
    if (head !== undefined && noted === null) throw new ContinuoError("REQUEST_INVALID", "`head` is a number, a colon, and 64 hexadecimal digits, as `continuo status --json` prints it.");
    const report = await people.rights.verifyLedger(noted);
    return { ...report, head: headWords(report.head) };
  },
});
