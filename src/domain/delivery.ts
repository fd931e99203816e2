import type { Address } from "./address.ts";
import type { DeliveryState } from "./journey.ts";

/** Stands as the session of what is said outside of any. */
export const NO_SESSION = "unknown";

/** A reply on its way to one address. `sentParts` of the rendered parts are already there. */
export interface Delivery {
  readonly id: string;
  readonly turnId: string | null;
  readonly sessionKey: string;
  readonly address: Address;
  readonly audience: string;
  readonly replyTo: string | null;
  readonly text: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly dueAt: number;
  readonly sentParts: number;
  /** The platform's ids of the parts that are there. */
  readonly receipts: readonly string[];
  readonly draft: string | null;
  readonly error: string | null;
  /** Who reads it in a private chat; empty in a room. */
  readonly peer: string;
  readonly createdAt: number;
}
