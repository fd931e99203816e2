/** The people of the wall test: who is whom in truth, which the gateway is never told. */
import type { Address } from "../../../src/domain/address.ts";

export const CHANNELS = ["telegram", "discord", "slack", "signal", "whatsapp", "matrix"] as const;
export const ACCOUNTS = ["default", "second"] as const;
export const HUMANS = 50;
export const ROOMS = 12;

/** An account of a human, seen from one account of ours. */
export interface Identity {
  readonly human: number;
  readonly channel: string;
  readonly account: string;
  readonly peer: string;
}

/** Ids that would fall together if anything were sloppy about case, separators or markers. */
const NASTY = ["a", "A", "a:b", "a%3Ab", "dm", "main", "person", "unknown", "default", "group", "ß", "ss"];

function peerNumber(n: number): string {
  return NASTY[n] ?? `${1000 + n}`;
}

/** On every channel another human has this id: only `per-peer` may take them for one. */
export const IDENTITIES: readonly Identity[] = Array.from({ length: HUMANS }, (_, human) =>
  CHANNELS.flatMap((channel, c) => ACCOUNTS.map((account) => ({ human, channel, account, peer: peerNumber((human + c * 7) % HUMANS) }))),
).flat();

const EACH = CHANNELS.length * ACCOUNTS.length;

/** The owner is human 0, known by one id; human 1 is linked by the file on two channels. */
export const OWNER_ID = `${IDENTITIES[0]?.channel}:${IDENTITIES[0]?.peer}`;
const FILED = [IDENTITIES[EACH], IDENTITIES[EACH + ACCOUNTS.length]].map((one) => `${one?.channel}:${one?.peer}`);
export const FILE_NAME = "Ann";

export function isRootOwner({ channel, peer }: Identity): boolean {
  return `${channel}:${peer}` === OWNER_ID;
}

export function isFiled({ channel, peer }: Identity): boolean {
  return FILED.includes(`${channel}:${peer}`);
}

/** The configuration that a round begins with. */
export function firstConfig() {
  const open = { dmPolicy: "open" as const, allowFrom: ["*"], groupPolicy: "open" as const };
  return {
    channels: Object.fromEntries(CHANNELS.map((name) => [name, { ...open, accounts: { second: {} } }])),
    session: { dmScope: "auto" as const, owner: [OWNER_ID], identityLinks: { [FILE_NAME]: [...FILED] } },
  };
}

/** Where something was said. */
export interface Spot {
  readonly identity: number;
  /** Null: in private. */
  readonly room: number | null;
  readonly thread: string | null;
}

export function addressOf({ identity, room, thread }: Spot): Address {
  const { channel, account, peer } = IDENTITIES[identity] as Identity;
  return { channel, account, chat: room === null ? peer : `room-${room}`, thread };
}
