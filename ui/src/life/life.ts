import { signal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { Connection } from "../connection.ts";
import { wordsOf } from "../requests.ts";
import type { Store } from "../store.ts";
import type { Message, SessionRow } from "../wire.ts";
import { createReads } from "./reads.ts";
import type { Reads } from "./reads.ts";

/** What is asked of the person above the page, or offered beside what they touched. */
export type Asking =
  | { readonly kind: "search" | "trash" }
  | { readonly kind: "earlier"; readonly key: string }
  | { readonly kind: "message"; readonly message: Message; readonly from: DOMRect }
  | { readonly kind: "rewind"; readonly message: Message }
  | { readonly kind: "session"; readonly row: SessionRow; readonly from: DOMRect }
  | { readonly kind: "label" | "delete"; readonly row: SessionRow };

/** How the last thing that was done went; `undo` takes it back. */
export interface LifeTold {
  readonly kind: "good" | "bad";
  readonly text: string;
  undo?(): Promise<void>;
}

/** What can be done with a session and its conversations. What it looks like is fetched when it is first asked for. */
export interface Life {
  readonly asking: Signal<Asking | null>;
  readonly told: Signal<LifeTold | null>;
  readonly reads: Reads;
  /** Does it and says what came of it; false when it failed. */
  act(method: string, params: object, good?: Omit<LifeTold, "kind"> | null): Promise<boolean>;
  ask<Answer>(method: string, params: object): Promise<Answer>;
}

export function createLife(store: Store, connection: () => Connection): Life {
  const told = signal<LifeTold | null>(null);
  const ask: Life["ask"] = (method, params) => connection().request(method, params);
  return {
    asking: signal<Asking | null>(null),
    told,
    reads: createReads(store, connection),
    ask,
    async act(method, params, good = null) {
      try {
        await ask(method, params);
        told.value = good === null ? null : { ...good, kind: "good" };
        return true;
      } catch (error) {
        told.value = { kind: "bad", text: wordsOf(error) };
        return false;
      }
    },
  };
}
