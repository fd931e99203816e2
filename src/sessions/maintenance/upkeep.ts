import { createRounds, type Rounds } from "../../domain/rounds.ts";
import { createSteps, type MaintenanceParts } from "./pass.ts";

const FIRST_MS = 10_000;

/** Keeps the sessions within their limits (spec 6). */
export function createMaintenance(parts: MaintenanceParts): Rounds {
  const { step } = createSteps({ ...parts, reaps: true });
  return createRounds({
    firstMs: FIRST_MS,
    step,
    onFailure(error) {
      parts.log.warn({ err: error }, "sessions could not be tidied up; it is tried again");
      return FIRST_MS;
    },
  });
}
