import { z } from "zod";
import { define } from "./define.ts";

export const peopleExport = define({
  name: "people.export",
  scope: "admin",
  input: z.object({ name: z.string().min(1).max(200), to: z.string().min(1).max(4_000).optional() }),
  example: { name: "Ann", to: "/home/me/ann" },
  /** Writes everything that is kept of a person to a directory on the gateway's machine: JSON, and a page to read. */
  run: ({ people }, { name, to }) => people.rights.export(name, to ?? null),
});
