import { z } from "zod";
import { nobodyIs } from "../audit/audience/between.ts";
import { drawMap } from "../audit/audience/draw.ts";
import { buildMap } from "../audit/audience/map.ts";
import { readAudience } from "../audit/audience/read.ts";
import { define } from "./define.ts";

const name = z.string().trim().min(1).max(512);

export const audienceMap = define({
  name: "audience.map",
  scope: "read",
  input: z.object({ session: name.optional(), person: name.optional(), limit: z.int().min(1).max(1000).default(60) }),
  example: { person: "Ann" },
  /** Who speaks where, as data and as a picture (docs/audience.md). */
  async run(services, input) {
    const session = input.session === undefined ? null : services.settings.keyOf(input.session, null);
    const people = input.person === undefined ? [] : [input.person];
    const map = buildMap(await readAudience(services.store, services.people, { session, people, limit: input.limit }));
    // With a session too, that person may only not speak in it; alone, an empty map would pass a misspelt name for a known one.
    if (input.person !== undefined && session === null && map.people.length === 0) throw nobodyIs(input.person);
    return { ...map, svg: drawMap(map) };
  },
});
