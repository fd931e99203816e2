import { z } from "zod";
import { between } from "../audit/audience/between.ts";
import { buildMap } from "../audit/audience/map.ts";
import { readAudience } from "../audit/audience/read.ts";
import { define } from "./define.ts";

const MOST_SESSIONS = 1_000;
const name = z.string().trim().min(1).max(512);

export const audienceBetween = define({
  name: "audience.between",
  scope: "read",
  input: z.object({ a: name, b: name }),
  example: { a: "Ann", b: "telegram:42" },
  /** Whether two people can see what the other said, and by which path (docs/audience.md). */
  async run(services, { a, b }) {
    const facts = await readAudience(services.store, services.people, { session: null, people: [a, b], limit: MOST_SESSIONS });
    const found = between(services.people, buildMap(facts), a, b);
    const cut = facts.more > 0 ? [`Only their ${MOST_SESSIONS} latest sessions were looked at; there are ${facts.more} more.`] : [];
    return { ...found, lines: [...found.lines, ...cut] };
  },
});
