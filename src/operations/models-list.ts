import { z } from "zod";
import { define } from "./define.ts";

export const modelsList = define({
  name: "models.list",
  scope: "read",
  input: z.object({ view: z.string().max(40).optional() }),
  example: {},
  /** The models that a turn could use as things stand (spec 11.3). */
  async run(services) {
    const models = services.settings.models().map(({ id, name, provider, contextWindow }) => ({ id, name, provider, contextWindow }));
    return { models };
  },
});
