/** What a round lets its changer do. */
import type { Harness } from "../../line/harness.ts";
import type { Witness } from "./witness.ts";
import type { Spot } from "./world.ts";

export interface House {
  readonly witness: Witness;
  current(): Harness;
  say(text: string, spot: Spot): Promise<unknown>;
  /** Has an account say something new in private, as anybody might just then. */
  speaks(identity: number): void;
  /** Resolves with the next text of this pattern that is sent to an account in private. */
  hears(identity: number, pattern: RegExp): Promise<string>;
}
