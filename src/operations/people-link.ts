import { z } from "zod";
import { draftLink } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent, identityRef, ROLES } from "./people-changes.ts";

export const peopleLink = define({
  name: "people.link",
  scope: "admin",
  input: z.object({ identity: z.string().min(1).max(600), name: z.string().min(1).max(200), role: z.enum(ROLES).optional(), ...consent }),
  example: { identity: "telegram:123456789", name: "Ann" },
  /** An account becomes one of a person's; who has no name yet is made. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    const { people: desk } = services;
    return changePeople(services, input, (drafting) => draftLink(drafting, { identity: identityRef(desk, input.identity), name: input.name, role: input.role, provedBy: "operator", displayName: null }));
  },
});
