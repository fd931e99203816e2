import type { z } from "zod";
import type { Operation } from "./operation.ts";
import type { Services } from "./services.ts";

/** Keeps the types of one operation's input and output while it is written. */
export function define<Input extends z.ZodType, Output>(operation: Operation<Input, Output, Services>): Operation<Input, Output, Services> {
  return operation;
}
