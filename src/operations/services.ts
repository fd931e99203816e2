import type { Agents } from "../agent/settings.ts";
import type { ModelInfo } from "../agent/providers/provider.ts";
import type { ChannelStatus } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { InboundMessage, ReceiveOutcome, Speaker } from "../domain/message.ts";
import type { Route } from "../domain/route.ts";
import type { TurnEvent } from "../domain/turn.ts";
import type { Store } from "../store/store.ts";

export interface GatewayFacts {
  readonly version: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly pid: number;
  readonly startedAt: number;
  /** Null until the server listens, and when there is no gateway. */
  address(): { readonly host: string; readonly port: number } | null;
}

export interface ListedModel extends ModelInfo {
  readonly provider: string;
}

/** The configuration as the operations need it, always the newest. */
export interface OperationSettings {
  agents(): Agents;
  mainKey(): string;
  scope(): string;
  models(): readonly ListedModel[];
  /** The window of a `provider/model`, in tokens. */
  contextTokens(model: string): number;
  /** Where an operator's words go: aliases, bare keys and defaults resolved (spec 2.2). */
  keyOf(sessionKey: string | null, agentId: string | null): string;
  warnings(): readonly string[];
}

/** What only a running gateway can do. */
export interface LiveGateway {
  receive(message: InboundMessage): Promise<ReceiveOutcome>;
  abort(sessionKey: string, runId: string | null): readonly string[];
  channels(): readonly (ChannelStatus & { readonly name: string })[];
  running(): number;
  onTurnEvent(listener: (event: TurnEvent) => void): () => void;
  route(message: InboundMessage): Route;
  /** Where the owner is known from the configuration: who `verify` may speak as. */
  ownedAccounts(): readonly Speaker[];
  /** Wakes the worker for what was accepted without `receive`. */
  wake(sessionKey: string): void;
  /** Tells clients that a session changed by an operation. */
  sessionChanged(sessionKey: string, reason: string): void;
}

/** What the operations work with. `live` is null when a command looks at the state without a gateway. */
export interface Services {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly facts: GatewayFacts;
  readonly settings: OperationSettings;
  readonly live: LiveGateway | null;
}
