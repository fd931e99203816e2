import type { Address } from "../domain/address.ts";
import type { ChatKind } from "../domain/message.ts";
import type { IdentityRef } from "./identity.ts";

/** One side of a link from the chat, and where it is asked. */
export interface Party extends IdentityRef {
  readonly displayName: string | null;
  /** Where the questions to this side go. */
  readonly address: Address;
  readonly audience: string;
  readonly chatKind: ChatKind;
}
