import { z } from "zod";
import { define } from "./define.ts";
import { guests, namedPeople, personView } from "./people-rows.ts";

export const peopleList = define({
  name: "people.list",
  scope: "read",
  input: z.object({
    search: z.string().max(200).default(""),
    limit: z.int().min(1).max(500).default(50),
    offset: z.int().min(0).default(0),
  }),
  example: { search: "ann", limit: 20 },
  /** Who is known, with their accounts on the channels and how each was proved; and who spoke and is nobody yet. */
  async run(services, { search, limit, offset }) {
    const { people: desk } = services;
    const names = namedPeople(desk, search);
    const shown = await Promise.all(names.slice(offset, offset + limit).map((name) => personView(services, desk, name)));
    return {
      people: shown.filter((person) => person !== null),
      guests: offset === 0 && search === "" ? await guests(services, desk, limit) : [],
      total: names.length,
      hasMore: names.length > offset + limit,
    };
  },
});
