import { isOperatorChannel } from "../domain/address.ts";
import type { SayNow } from "../inbox/parts.ts";
import { appendHouseLine } from "../sessions/house-line.ts";
import { languageOf, languageOfPeer } from "../sessions/language.ts";
import type { RecentEntries } from "../sessions/recent.ts";
import { listLiveGateways } from "../store/statements/list-live-gateways.ts";
import type { Executor, Store } from "../store/store.ts";
import type { PrivateChatRow } from "../store/tables.ts";
import { say } from "../texts/index.ts";
import type { PrivateHouse, PrivateParts } from "../turns/answer-privately.ts";
import type { CanaryWatch } from "../turns/canary.ts";
import { createPrivateChats, type PrivateChats } from "../turns/private.ts";
import type { AgentParts } from "../agent/run.ts";

/** The line, as far as it has to do with it. */
interface PrivateLine {
  readonly store: Store;
  readonly world: Pick<PrivateParts, "clock" | "ids" | "log">;
  readonly settings: PrivateParts["settings"];
  readonly cluster: { readonly id: string; hasOthers(): boolean };
  readonly channel: PrivateHouse["channel"];
  readonly tell: { here: PrivateHouse["show"] };
}

interface Joined {
  readonly models: AgentParts;
  readonly recent: RecentEntries;
  readonly canaries: CanaryWatch;
  readonly sayNow: SayNow;
  wakeOutbox(): void;
}

/** What is said off the record, joined to this gateway's channels and clients; other gateways hear nothing of it. */
export function buildPrivate(parts: PrivateLine, { models, recent, canaries, sayNow, wakeOutbox }: Joined): PrivateChats {
  const { store, world, settings, cluster, channel, tell } = parts;
  const { clock, ids, log } = world;
  return createPrivateChats({
    ...{ store, clock, ids, log, settings, recent, canaries },
    // What went wrong may quote what was asked: the code is enough.
    models: { ...models, onModelError: (ref, { code }) => log.warn({ model: ref, code }, "a model could not answer something off the record") },
    house: {
      ...{ gateway: cluster.id, hasOthers: cluster.hasOthers, channel, show: tell.here, wakeOutbox },
      languageOf: (message) => languageOf(store, message),
      // On a database of its own there is no other gateway than this one.
      isAlive: async (gateway) => store.cluster !== null && (await store.all(listLiveGateways, { now: clock.now() })).some(({ id }) => id === gateway),
      tellEnded: (tx, row) => tellEnded(parts, tx, row, sayNow),
    },
  });
}

async function tellEnded({ world }: PrivateLine, tx: Executor, { channel, account, chat, thread_key, session_key, audience, peer }: PrivateChatRow, sayNow: SayNow): Promise<void> {
  const text = say(await languageOfPeer(tx, { channel, peer }), "private.restarted");
  if (isOperatorChannel(channel)) return void (await appendHouseLine(tx, session_key, text, world.ids, world.clock.now()));
  await sayNow(tx, session_key, { address: { channel, account, chat, thread: thread_key === "" ? null : thread_key }, audience, peer, replyTo: null }, text);
}
