import type { Environment } from "../config/index.ts";
import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { ReplyRoute } from "../domain/route.ts";
import type { Store, Transaction } from "../store/store.ts";
import type { SettingsHolder } from "./settings.ts";

/** What a change does to the house around it. */
export interface ChangingHouse {
  /** Holds sessions still until the answered function is called; `all` keeps anything from beginning, `everything` waits for what runs. */
  hold(sessionKeys: Iterable<string> | "all" | "everything"): Promise<() => void>;
  /** Says something to somebody outside of a turn: it goes out when the transaction is kept. */
  say(tx: Transaction, reply: ReplyRoute, text: string): Promise<void>;
  /** These sessions are not what they were, nor are these conversations where they were. */
  onMoved(sessionKeys: readonly string[], conversations: readonly { readonly key: string; readonly sessionId: string }[]): void;
  onChange(reason: string): void;
  onProgress(done: number, total: number): void;
}

export interface ChangesParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  readonly settings: SettingsHolder;
  readonly env: Environment;
  readonly configPath: string;
  readonly house: ChangingHouse;
}
