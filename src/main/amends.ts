import type { Clock } from "../domain/clock.ts";
import type { Ids } from "../domain/ids.ts";
import { createAmend, type Amend, type AmendParts } from "../inbox/amend.ts";
import { identify } from "../people/index.ts";
import type { Store } from "../store/store.ts";
import type { SettingsHolder } from "./settings.ts";

interface AmendsParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: SettingsHolder;
  readonly media: { readonly discard: AmendParts["discardMedia"] };
}

/** Joins changes on the platforms to the store; `onAmended` tells whoever looks at the conversation. */
export function buildAmend({ store, clock, ids, settings, media }: AmendsParts, onAmended: AmendParts["onAmended"]): Amend {
  return createAmend({
    store,
    clock,
    ids,
    identify: (message) => identify(message, settings.directory),
    maySpeak(message) {
      const admission = settings.current().admit(message);
      return admission.kind === "admitted" || admission.reason === "group_mention_required";
    },
    discardMedia: media.discard,
    onAmended,
  });
}
