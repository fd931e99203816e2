import { z } from "zod";
import { nobodyIs } from "../audit/audience/between.ts";
import { sessionsOf } from "../audit/audience/read.ts";
import { searchFor, type SearchRequest } from "../search/index.ts";
import { define } from "./define.ts";
import type { Services } from "./services.ts";

const name = z.string().trim().min(1).max(512);

async function scopeOf({ store, settings, people }: Services, key: string | undefined, person: string | undefined): Promise<SearchRequest["scope"]> {
  const keys = key === undefined ? null : [settings.keyOf(key, null)];
  if (person === undefined) return keys === null ? "all" : { keys };
  const theirs = await sessionsOf(store, people, [person]);
  if (theirs.length === 0) throw nobodyIs(person);
  return { keys: keys === null ? theirs : keys.filter((one) => theirs.includes(one)) };
}

export const sessionsSearch = define({
  name: "sessions.search",
  scope: "read",
  input: z.object({
    query: z.string().max(500),
    key: name.optional(),
    person: name.optional(),
    limit: z.int().min(1).max(100).default(20),
    cursor: z.string().max(64).optional(),
  }),
  example: { query: "\"red bike\" spring", limit: 20 },
  /**
   * What was said, in one session or all, also in conversations that have ended (docs/search.md). `person`: only in sessions
   * in which that person speaks. A session that does not exist has nothing in it. Errors: PEOPLE_UNKNOWN.
   */
  async run(services, { query, key, person, limit, cursor }) {
    const { store, clock, live } = services;
    const search = searchFor({ store, clock, isAlone: live === null }, await scopeOf(services, key, person));
    return search({ query, limit, cursor });
  },
});
