import { z } from "zod";
import { define } from "./define.ts";

export const peopleCheckErasure = define({
  name: "people.checkErasure",
  scope: "admin",
  input: z.object({ certificate: z.record(z.string(), z.unknown()) }),
  example: { certificate: { format: "continuo-erasure" } },
  /** Whether anything of what a certificate says was erased is to be found, by its hashes alone. */
  run: ({ people }, { certificate }) => people.rights.check(certificate),
});
