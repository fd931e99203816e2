import { z } from "zod";
import { draftRole } from "../people/index.ts";
import { define } from "./define.ts";
import { changePeople, consent, ROLES } from "./people-changes.ts";

export const peopleRole = define({
  name: "people.role",
  scope: "admin",
  input: z.object({ name: z.string().min(1).max(200), role: z.enum(ROLES), ...consent }),
  example: { name: "Ann", role: "owner" },
  /** What a person is in this house: an owner shares the main conversation. Answers the plan instead, until it is approved, where conversations would move. */
  async run(services, input) {
    return changePeople(services, input, (drafting) => draftRole(drafting, input.name, input.role));
  },
});
