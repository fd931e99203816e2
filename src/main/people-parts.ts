import type { ChannelLog } from "../domain/channel.ts";
import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import type { Party, PeopleDirectory } from "../people/index.ts";
import type { Store, Transaction } from "../store/store.ts";
import { languageOfPeer } from "../sessions/language.ts";
import { sayIn } from "../texts/index.ts";
import type { CommandPeople } from "../turns/commands/asked.ts";
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
  tell(tx: Transaction, to: Party, text: string): Promise<void>;
}

/** Says it in the language of whoever is told. */
export function tellIn(tell: PeopleParts["tell"]): CommandPeople["tell"] {
  return async (tx, to, said) => tell(tx, to, said(sayIn(await languageOfPeer(tx, to))));
}
