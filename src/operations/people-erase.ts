import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";

export const peopleErase = define({
  name: "people.erase",
  scope: "admin",
  input: z.object({ name: z.string().min(1).max(200), dryRun: z.boolean().optional(), approve: z.boolean().optional(), owner: z.boolean().optional() }),
  example: { name: "Ann", dryRun: true },
  /** Removes everything that is kept of a person, over all their accounts; it cannot be undone, and needs `approve`. */
  async run({ people }, { name, dryRun, approve, owner }) {
    if (dryRun !== true && approve !== true) throw new ContinuoError("CHANGE_NEEDS_APPROVAL", "Nothing was erased: this cannot be undone, and needs a yes.");
    return people.rights.erase({ name, dryRun: dryRun === true, owner: owner === true });
  },
});
