import { z } from "zod";
import { draftSplit } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent, identityRef } from "./people-changes.ts";

export const peopleSplit = define({
  name: "people.split",
  scope: "admin",
  input: z.object({ name: z.string().min(1).max(200), identities: z.array(z.string().min(1).max(600)).min(1).max(100), to: z.string().min(1).max(200), ...consent }),
  example: { name: "Ann", identities: ["discord:42"], to: "Bob" },
  /** Some accounts of a person become another person's, with what was said from them. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    const { people: desk } = services;
    return changePeople(services, input, (drafting) => draftSplit(drafting, input.name, input.identities.map((one) => identityRef(desk, one)), input.to));
  },
});
