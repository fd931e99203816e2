import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Party, PeopleDirectory } from "../people/index.ts";
import type { Executor, Store } from "../store/store.ts";
import type { SettingsHolder } from "./settings.ts";

/** What joins the people room to the line. */
export interface PeopleParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: ChannelLog;
  readonly directory: PeopleDirectory;
  readonly settings: SettingsHolder;
  /** Something was agreed on in a chat, or somebody asks to be let in. */
  onAgreement(): void;
  onRequest(): void;
  /** Says something to somebody outside of a turn, where they are. */
  tell(tx: Executor, to: Party, text: string): Promise<void>;
}

