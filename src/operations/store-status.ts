import { z } from "zod";
import { define } from "./define.ts";

export const storeStatus = define({
  name: "store.status",
  scope: "read",
  input: z.object({}),
  example: {},
  /** Where the data is, who works on it, and what became of a move. */
  async run({ facts }) {
    return facts.storage.status();
  },
});
