import { z } from "zod";
import { positive, setting } from "./fields.ts";

const day = (whose: string) =>
  z
    .strictObject({
      turnsPerDay: setting(positive.optional(), `How many answers ${whose} may get in a day (of UTC).`, 200),
      tokensPerDay: setting(positive.optional(), `How many tokens ${whose} may use in a day, read and written, as providers count them.`, 2_000_000),
      costPerDay: setting(z.number().positive().optional(), `What ${whose} may cost in a day, in the currency of \`models.providers.*.models[].cost\`.`, 5),
    })
    .prefault({});

/** Who reaches a limit is told when it begins anew; what they wrote is kept, and no model is asked (docs/queue.md). */
export const limitsSchema = z.strictObject({
  perPerson: day("one person, who is not the owner,"),
  perSession: day("one conversation"),
  owner: day("the owner"),
});
