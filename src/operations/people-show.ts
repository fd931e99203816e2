import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { define } from "./define.ts";
import { ownerView, personView } from "./people-rows.ts";

export const peopleShow = define({
  name: "people.show",
  scope: "read",
  input: z.object({ name: z.string().min(1).max(200) }),
  example: { name: "Ann" },
  /** One person, with their accounts and conversations. `owner`: the owner, unless somebody is called so. */
  async run(services, { name }) {
    const person = (await personView(services, services.people, name)) ?? (await ownerView(services, services.people, name));
    if (person === null) throw new ContinuoError("PEOPLE_UNKNOWN", `Nobody is called ${name}.`);
    return { person };
  },
});
