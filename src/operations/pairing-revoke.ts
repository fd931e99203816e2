import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { revokeApproval } from "../people/index.ts";
import { define } from "./define.ts";
import { identityRef } from "./people-changes.ts";

export const pairingRevoke = define({
  name: "pairing.revoke",
  scope: "admin",
  input: z.object({ identity: z.string().min(1).max(600) }),
  example: { identity: "telegram:123456789" },
  /** Takes back that somebody was let in by a code; what they said stays. Errors: PAIRING_UNKNOWN. */
  async run({ store, clock, people, live }, input) {
    const { channel, account, peer } = identityRef(people, input.identity);
    const revoked = await store.transaction((tx) => revokeApproval(tx, { channel, account, senderId: peer }, "operator", clock.now()));
    if (!revoked) throw new ContinuoError("PAIRING_UNKNOWN", `${input.identity} was not let in by a code.`);
    people.directory.revoke(channel, account, peer);
    live?.tell.peopleChanged("pairing");
    return { ok: true as const };
  },
});
