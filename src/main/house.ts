import type { Clock } from "../domain/clock.ts";
import type { Probe } from "../domain/probe.ts";
import type { Ids } from "../domain/ids.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Environment } from "../config/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Log } from "../logging/log.ts";
import type { Store } from "../store/store.ts";
import type { ChannelFactory, RunningChannels } from "./channels.ts";
import type { RunningChanges } from "./changes.ts";
import type { GatewayCluster } from "./cluster.ts";
import type { Line } from "./line.ts";
import type { HouseMedia } from "./media.ts";
import type { RunningMirror } from "./mirror.ts";
import type { SessionChanges } from "./session-changes.ts";
import type { EndedMove } from "../operations/index.ts";
import type { SettingsHolder } from "./settings.ts";
import type { Configuration } from "./startup.ts";
import type { Switch } from "./storage.ts";
import type { Watch } from "./watch.ts";

export interface GatewayStart {
  readonly env: Environment;
  readonly port: number | null;
  readonly bind: string | null;
  readonly verbose: boolean;
  readonly version: string;
  readonly uiDir: string;
  /** The log goes to the terminal too, made readable when that is one. */
  readonly foreground: { readonly isTTY: boolean };
  readonly probe?: Probe;
  readonly factories?: Readonly<Record<string, ChannelFactory>>;
  /** Stops this gateway, has the switch made, and starts it again on what the configuration says then. */
  readonly switchOver?: (ready: Switch) => void;
  /** What became of the move for which this gateway was started again. */
  readonly lastMove?: EndedMove;
}

/** What is joined while the house goes up: the line needs its doors, and the doors need the line. */
export interface Doors {
  channels?: RunningChannels;
  gateway?: Gateway;
  mirror?: RunningMirror;
  changes?: SessionChanges;
}

export interface House {
  readonly desks: Desks;
  readonly start: GatewayStart;
  readonly configuration: Configuration;
  readonly stateDir: string;
  readonly startedAt: number;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly store: Store;
  readonly watch: Watch;
  readonly cluster: GatewayCluster;
  readonly settings: SettingsHolder;
  readonly media: HouseMedia;
  readonly doors: Doors;
  readonly listeners: Set<(event: TurnEvent) => void>;
  /** Where it listens, once it does. */
  readonly listening: { host: string; port: number };
  ready: boolean;
}

/** The line and the change of who shares what need each other: changes hold the line still, and the line asks for them. */
export interface Desks {
  changes?: RunningChanges;
  hold?: Line["hold"];
  storage?: { stop(): void };
  /** Goes on with what was left half done: by whoever ran here before, or by another gateway that is gone. */
  carryOn?(): void;
  maintenance?: { stop(): Promise<void> };
  indexer?: { stop(): Promise<void> };
  sealer?: { stop(): Promise<void> };
  scheduler?: { stop(): Promise<void> };
}
