import { z } from "zod";
import { draftUnlink } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent, identityRef } from "./people-changes.ts";

export const peopleUnlink = define({
  name: "people.unlink",
  scope: "admin",
  input: z.object({ identity: z.string().min(1).max(600), ...consent }),
  example: { identity: "telegram:123456789" },
  /** An account leaves its person; what it said goes with it. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    const { people: desk } = services;
    return changePeople(services, input, (drafting) => draftUnlink(drafting, identityRef(desk, input.identity)));
  },
});
