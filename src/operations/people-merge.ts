import { z } from "zod";
import { draftMerge } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent } from "./people-changes.ts";

export const peopleMerge = define({
  name: "people.merge",
  scope: "admin",
  input: z.object({ from: z.string().min(1).max(200), into: z.string().min(1).max(200), ...consent }),
  example: { from: "Annie", into: "Ann" },
  /** Two persons are one: all accounts and what was said come together. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    return changePeople(services, input, (drafting) => draftMerge(drafting, input.from, input.into));
  },
});
