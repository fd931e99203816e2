/** What the gateway answers about people, and who shares with whom (docs/protocol.md). What the page does not use is not named. */

export interface Identity {
  readonly channel: string;
  /** Null: any account of the channel. */
  readonly account: string | null;
  readonly peer: string;
  readonly displayName?: string;
}

export interface ProvedIdentity extends Identity {
  readonly provedBy: string;
  readonly provedAt: number | null;
}

export interface Person {
  readonly name: string;
  readonly role: string;
  /** `both`: the file names the person, and identities were added here. */
  readonly source: "file" | "store" | "both";
  readonly identities: readonly ProvedIdentity[];
  readonly sessions: readonly string[];
  readonly messages: number;
  readonly lastAt: number | null;
}

/** Somebody who spoke and is linked to nobody. */
export interface Guest extends Identity {
  readonly identity: string;
  readonly messages: number;
  readonly lastAt: number | null;
  readonly sessions: readonly string[];
}

export interface PeoplePage {
  readonly people: readonly Person[];
  readonly guests: readonly Guest[];
  readonly hasMore?: boolean;
}

export interface PairingRequest {
  readonly code: string;
  readonly channel: string;
  readonly account: string;
  readonly senderId: string;
  readonly senderName?: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export interface HeldReply {
  readonly id: string;
  readonly sessionKey: string;
  readonly to: { readonly channel: string };
  readonly toWhom: string;
  readonly text: string;
  readonly reason: string;
  readonly createdAt: number;
}

export interface PlannedSession {
  readonly key: string;
  readonly action: string;
  readonly messages: number;
  readonly to: readonly { readonly key: string; readonly messages: number; readonly speakers: readonly string[] }[];
  readonly words: string;
}

/** What a change would do: `readers` would newly see somebody's words. */
export interface Plan {
  readonly id: string;
  readonly sessions: readonly PlannedSession[];
  readonly readers: readonly { readonly words: string }[];
  readonly lines: readonly string[];
}

export interface WaitingChange {
  readonly id: string;
  readonly cause: string;
  readonly at: number;
  readonly plan: Plan;
}

export interface PastChange {
  readonly id: string;
  readonly cause: string;
  readonly state: string;
  readonly at: number;
  readonly words: string;
}

export interface Changes {
  readonly waiting: WaitingChange | null;
  readonly changes: readonly PastChange[];
}

/** The answer to everything that may change who shares; not applied means that it waits for a yes. */
export interface Proposal {
  readonly applied: boolean;
  readonly plan?: Plan;
  readonly sessionKey?: string;
  readonly shares?: readonly string[];
}

export interface Between {
  readonly shares: boolean;
  readonly lines: readonly string[];
}

/** An identity as the operations read it: `channel:peer`, or `channel/account:peer`. */
export function identityOf({ channel, account, peer }: Identity): string {
  return account === null ? `${channel}:${peer}` : `${channel}/${account}:${peer}`;
}

/** What the self-test of the wall has seen since the gateway's start. */
export interface Canary {
  readonly requests: number;
  readonly markers: number;
  readonly breaches: number;
}
