import type { Address } from "../domain/address.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { ReplyRoute, Route } from "../domain/route.ts";
import type { InboundMessage } from "../domain/message.ts";
import type { SessionChoices } from "../domain/session.ts";
import type { Config } from "../config/index.ts";
import type { SourceContext } from "../routing/sources.ts";
import type { SendPlace } from "../sessions/send-policy.ts";
import type { Store } from "../store/store.ts";
import type { JobEvent } from "../operations/index.ts";

/** The configuration as jobs need it, always the newest. */
export interface JobSettings {
  cron(): Config["cron"];
  hasAgent(agentId: string): boolean;
  /** What the keys of jobs depend on. */
  keys(): SourceContext;
  route(message: InboundMessage): Route;
  audience(message: InboundMessage): string;
  /** Whether this gateway's configuration has such an account of a channel. */
  hasAccount(channel: string, account: string): boolean;
  defaultAccount(channel: string): string;
  mayAnswer(place: SendPlace, choices: SessionChoices): boolean;
}

export interface JobParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: JobSettings;
}

/** Where what a job says goes, and the session of that chat. */
export interface Destination {
  readonly reply: ReplyRoute;
  /** Its session, where there is one: what is sent stands in it. */
  readonly sessionKey: string | null;
  readonly address: Address;
}

/** What a job's turn and its words set going in this gateway. */
export interface JobWorld {
  readonly log: ChannelLog;
  wakeTurns(sessionKey: string): void;
  wakeOutbox(address: Address): void;
  /** A session shows something new that no turn said. */
  onSession(sessionKey: string): void;
  tell(event: JobEvent): void;
  /** What is held is told to the owner. */
  readonly tellHeld: (reason: string, agentId: string) => Promise<void>;
  /** Answers with the status; throws where nothing answers. */
  post(request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string }): Promise<number>;
}
