import { z } from "zod";
import { draftRename } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent } from "./people-changes.ts";

export const peopleRename = define({
  name: "people.rename",
  scope: "admin",
  input: z.object({ name: z.string().min(1).max(200), to: z.string().min(1).max(200), ...consent }),
  example: { name: "Ann~k3f9", to: "Ann" },
  /** A person gets another name, and their conversation's key with it. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    return changePeople(services, input, (drafting) => draftRename(drafting, input.name, input.to));
  },
});
