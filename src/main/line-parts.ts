import type { CompactionSettings } from "../agent/compaction.ts";
import type { ImageSource } from "../agent/images.ts";
import type { ModelNames } from "../agent/model-names.ts";
import type { ResolvedModel } from "../agent/run.ts";
import type { Bus } from "../cluster/bus.ts";
import type { Address } from "../domain/address.ts";
import type { Channel, ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Probe } from "../domain/probe.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Doorway, EntranceSettings, MediaDoor } from "../inbox/parts.ts";
import type { RetryBudget } from "../outbox/backoff.ts";
import type { Store } from "../store/store.ts";
import type { CommandPeople } from "../turns/commands/asked.ts";
import type { TurnSettings } from "../turns/turn-settings.ts";
import type { GatewayCluster } from "./cluster.ts";

export interface ConversationSettings {
  /** How the beginning of one is summed up (spec 7). */
  readonly compaction: CompactionSettings;
  /** Whether whoever changes the device is told what was said meanwhile. */
  readonly catchUp: boolean;
}

/** The configuration as the line needs it; read anew for every message, so that a reload takes effect at once. */
export interface LineSettings extends EntranceSettings, TurnSettings {
  onUnknown(): "hold" | "resend";
  retry(): RetryBudget;
  conversations(): ConversationSettings;
  /** For how long a message that comes again is known to be the same. */
  dedupeWindowMs(): number;
}

/** What the line asks of the people room; main joins the two. */
export interface LinePeople extends CommandPeople {
  readonly doorway: Doorway;
  /** Where the owner wrote last, to be told of something; null while that is nowhere that can be written to. */
  ownerRoute(agentId: string): Promise<ReplyRoute | null>;
}

/** The other gateways on the same database, as the line meets them. */
export interface LineCluster extends Pick<GatewayCluster, "id" | "leaseMs" | "hasOthers" | "heldUntil" | "standStill"> {
  readonly bus: Pick<Bus, "whisper" | "on">;
  /** Whether this gateway sends on a channel. */
  sends(channel: string): boolean;
}

/** What reaches the line from outside the house. */
export interface LineWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  /** Of Continuo. */
  readonly version: string;
  /** In [0, 1). */
  random(): number;
  readonly media: LineMedia;
}

/** What is sent with messages: kept when it comes in, read when a model is shown it. */
export interface LineMedia extends MediaDoor {
  readonly images: ImageSource;
  /** Removes the bytes of what nothing holds any more since `at`, ms. */
  discard(refs: readonly string[], at: number): Promise<void>;
}

/** What whoever looks on is told, of whichever gateway. */
export interface LineTell {
  turn(event: TurnEvent): void;
  /** To the clients of this gateway alone. */
  here(event: TurnEvent): void;
  /** What a session shows is another conversation, or says something else than it did. */
  session(sessionKey: string, sessionId: string): void;
}

export interface LineModels {
  /** As people name them; read anew for each. */
  names(): ModelNames;
  resolve(ref: string): ResolvedModel;
}

export interface LineParts {
  readonly store: Store;
  readonly world: LineWorld;
  readonly probe: Probe;
  readonly settings: LineSettings;
  readonly people: LinePeople;
  readonly cluster: LineCluster;
  readonly models: LineModels;
  channel(address: Address, sessionKey: string): Channel | null;
  readonly tell: LineTell;
}
