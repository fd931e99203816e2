import type { SharedSession } from "../audit/security/facts.ts";
import { look, resolvePaths, type Environment } from "../config/index.ts";
import { isOperatorChannel } from "../domain/address.ts";
import { createDirectory } from "../people/index.ts";
import { nameKey } from "../routing/people.ts";
import { openStoreReadOnlyAt } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import type { ParticipantRow } from "../store/tables.ts";
import { listSharedSpeakers } from "../store/statements/list-shared-speakers.ts";
import { pageApprovals } from "../store/statements/page-approvals.ts";
import type { StoredFacts } from "./security.ts";
import { compileSettings, settingsInForce, type CompiledSettings } from "./settings.ts";
import { statePaths } from "./state-paths.ts";
import { storeTarget } from "./store-target.ts";

const MOST = 5_000;

function identityOf({ channel, account, sender_id }: ParticipantRow): string {
  return account === "default" ? `${channel}:${sender_id}` : `${channel}/${account}:${sender_id}`;
}

/** What brought them there, as far as the key says it. */
function scopeOf(key: string, { who }: CompiledSettings, rows: readonly ParticipantRow[]): SharedSession["scope"] {
  const agent = /^agent:([^:]+):/.exec(key)?.[1] ?? "main";
  if (key === who.mainKey(agent) || key === "global") return "main";
  if (rows.some(({ chat_kind: kind }) => kind !== "dm")) return "group";
  return /^agent:[^:]+:dm:/.test(key) ? "per-peer" : "other";
}

/** Two accounts of one person are one human, and the operator is the owner. */
function sharedSession(key: string, rows: readonly ParticipantRow[], settings: CompiledSettings): SharedSession[] {
  const humans = new Map<string, SharedSession["humans"][number]>();
  for (const row of rows) {
    const who = settings.who.whoIs(row.channel, row.account, row.sender_id);
    const isOwner = who.isOwner || isOperatorChannel(row.channel);
    const id = isOwner ? "owner" : who.person === null ? identityOf(row) : nameKey(who.person);
    if (!humans.has(id)) humans.set(id, { name: who.person ?? row.sender_name, identity: identityOf(row), isOwner });
  }
  return humans.size < 2 ? [] : [{ key, scope: scopeOf(key, settings, rows), humans: [...humans.values()] }];
}

async function readFrom(store: Store, settings: CompiledSettings, directory: Awaited<ReturnType<typeof settingsInForce>>["directory"]): Promise<StoredFacts> {
  const speakers = await store.all(listSharedSpeakers, { limit: MOST });
  const sessions = Object.entries(Object.groupBy(speakers, (row) => row.session_key));
  const approvals = await store.all(pageApprovals, { channel: "", account: "", sender_id: "", surface: "", limit: MOST });
  const persons = [...directory.persons()];
  return {
    sharedSessions: sessions.flatMap(([key, rows]) => sharedSession(key, rows ?? [], settings)),
    approved: approvals.map(({ channel, account, sender_id: senderId }) => ({ channel, account, senderId, asOwner: settings.who.whoIs(channel, account, senderId).isOwner })),
    identities: persons.flatMap(({ name, name_key: key }) => directory.identitiesOf(key).map(({ channel, account, peer }) => ({ channel, account, peer, person: name }))),
  };
}

/** What the store knows of people and of who shares a session, for the security audit; nothing where there is no store. */
export async function readShared(env: Environment): Promise<StoredFacts> {
  const paths = resolvePaths(env);
  const { config, warnings } = await look(paths.configPath, env);
  const store = await openStoreReadOnlyAt(storeTarget(config, statePaths(paths.stateDir), () => undefined));
  if (store === null) return { sharedSessions: [], approved: [], identities: [] };
  try {
    const compiled = compileSettings(config, { warnings, env, directory: createDirectory(), routingSource: null });
    const holder = await settingsInForce(store, compiled, env);
    return await readFrom(store, holder.current(), holder.directory);
  } finally {
    await store.close();
  }
}
