import { z } from "zod";
import { nobodyIs } from "../audit/audience/between.ts";
import { sessionsOf } from "../audit/audience/read.ts";
import { searchFor, type SearchRequest } from "../search/index.ts";
import { define } from "./define.ts";
import type { Services } from "./services.ts";

const name = z.string().trim().min(1).max(512);

/** Of somebody's sessions so many are looked into, the latest first. */
const MOST_SESSIONS = 20_000;

interface Looked {
  readonly scope: SearchRequest["scope"];
  /** Somebody's sessions, and whether these are all. */
  readonly sessions?: { readonly count: number; readonly all: boolean };
}

async function scopeOf({ store, settings, people }: Services, key: string | undefined, person: string | undefined): Promise<Looked> {
  const keys = key === undefined ? null : [settings.keyOf(key, null)];
  if (person === undefined) return { scope: keys === null ? "all" : { keys } };
  const found = await sessionsOf(store, people, [person], MOST_SESSIONS + 1);
  if (found.length === 0) throw nobodyIs(person);
  const theirs = found.slice(0, MOST_SESSIONS);
  return { scope: { keys: keys === null ? theirs : keys.filter((one) => theirs.includes(one)) }, sessions: { count: theirs.length, all: theirs.length === found.length } };
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
   * in which that person speaks; `sessions` says how many these are, and whether all of theirs. A session that does not exist has nothing in it. Errors: PEOPLE_UNKNOWN.
   */
  async run(services, { query, key, person, limit, cursor }) {
    const { store, clock, live } = services;
    const { scope, sessions } = await scopeOf(services, key, person);
    const answer = await searchFor({ store, clock, isAlone: live === null }, scope)({ query, limit, cursor });
    return { ...answer, ...(sessions === undefined ? {} : { sessions }) };
  },
});
