/** One room's settings under `channels.<name>.groups` (spec 1.5). */
export interface RoomAccess {
  readonly requireMention?: boolean | undefined;
  readonly enabled?: boolean | undefined;
  readonly allowFrom?: readonly (string | number)[] | undefined;
}

export type DmPolicy = "pairing" | "allowlist" | "open" | "disabled";
export type GroupPolicy = "open" | "allowlist" | "disabled";

export interface AccountAccess {
  readonly enabled?: boolean | undefined;
  readonly dmPolicy?: DmPolicy | undefined;
  readonly allowFrom?: readonly (string | number)[] | undefined;
  readonly groupPolicy?: GroupPolicy | undefined;
  readonly groupAllowFrom?: readonly (string | number)[] | undefined;
  readonly groups?: { readonly [room: string]: RoomAccess | undefined } | undefined;
}

export interface ChannelAccess extends AccountAccess {
  readonly accounts?: { readonly [account: string]: AccountAccess | undefined } | undefined;
}

/** Who may speak on one account of a channel, with every layer and default applied. */
export interface AccountPolicy {
  readonly channel: string;
  readonly account: string;
  readonly enabled: boolean;
  readonly dmPolicy: DmPolicy;
  readonly allowFrom: readonly string[];
  readonly groupPolicy: GroupPolicy;
  readonly groupAllowFrom: readonly string[];
  /** By room; `*` is every other. */
  readonly groups: ReadonlyMap<string, RoomAccess>;
}

/** An own property alone: a room or an account called `constructor` is not found by accident. */
function own<T>(map: { readonly [key: string]: T | undefined } | undefined, key: string): T | undefined {
  return map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;
}

const texts = (ids: readonly (string | number)[]): readonly string[] => ids.map((id) => String(id).trim());

/** An account's own settings over its channel's, over the defaults (spec 1.5). */
export function accountPolicy(channel: string, settings: ChannelAccess | undefined, account: string): AccountPolicy {
  const ours = own(settings?.accounts, account);
  const allowFrom = texts(ours?.allowFrom ?? settings?.allowFrom ?? []);
  const groupAllowFrom = ours?.groupAllowFrom ?? settings?.groupAllowFrom;
  const groups = Object.entries(ours?.groups ?? settings?.groups ?? {});
  return {
    channel,
    account,
    enabled: settings?.enabled !== false && (ours?.enabled ?? settings?.enabled ?? true),
    dmPolicy: ours?.dmPolicy ?? settings?.dmPolicy ?? "pairing",
    allowFrom,
    groupPolicy: ours?.groupPolicy ?? settings?.groupPolicy ?? "allowlist",
    groupAllowFrom: groupAllowFrom === undefined ? allowFrom : texts(groupAllowFrom),
    groups: new Map(groups.flatMap(([room, access]) => (access === undefined ? [] : [[room, access]]))),
  };
}

/** A room's settings; what it leaves out comes from `*`. Null: it is not listed, and there is no `*`. */
export function roomAccess(policy: AccountPolicy, room: string): RoomAccess | null {
  const listed = policy.groups.get(room);
  const others = policy.groups.get("*");
  return listed === undefined && others === undefined ? null : { ...others, ...listed };
}
