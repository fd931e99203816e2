import type { ChatKind } from "../../domain/message.ts";

/** Who somebody is, as routing knows them now. */
export interface Who {
  readonly person: string | null;
  readonly isOwner: boolean;
}

/** Whom a map asks; a sender of an operator's client is the owner. */
export interface AudiencePeople {
  whoIs(channel: string, account: string, senderId: string): Who;
  /** A name as it is spelled; null where nobody is called so. */
  spell(name: string): string | null;
}

/** Somebody who speaks in a session from one place. */
export interface Spoken {
  readonly sessionKey: string;
  readonly channel: string;
  readonly account: string;
  readonly chat: string;
  readonly thread: string | null;
  readonly chatKind: ChatKind;
  readonly senderId: string;
  readonly senderName: string | null;
  /** They named the session themselves (an operator's client). */
  readonly explicit: boolean;
  readonly messages: number;
  readonly who: Who;
}

export interface SpokenSession {
  readonly key: string;
  readonly kind: ChatKind;
  /** Its label, or what its room or sender is called. */
  readonly label: string | null;
  readonly updatedAt: number;
}

export interface AudienceFacts {
  readonly spoken: readonly Spoken[];
  /** The newest first. */
  readonly sessions: readonly SpokenSession[];
  /** Sessions that fit what was asked for and are not among these. */
  readonly more: number;
}
