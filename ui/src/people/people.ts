import { computed, signal } from "@preact/signals";
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Connection } from "../connection.ts";
import { ConnectionLost } from "../requests.ts";
import type { Store } from "../store.ts";
import { knows } from "../wire.ts";
import type { Canary, Changes, HeldReply, PairingRequest, PeoplePage, Proposal } from "./wire.ts";

/** Something that may change who shares: tried without a yes, shown, and done with one. */
export interface Change {
  readonly method: string;
  readonly params: object;
  /** In words, for the dialog and for the line that says it is done. */
  readonly title: string;
}

/** What is asked of the owner before it is done. */
export type Question =
  | { readonly kind: "proposal"; readonly change: Change; readonly proposal: Proposal }
  | { readonly kind: "sure"; readonly method: string; readonly params: object; readonly title: string; readonly text: string; readonly label: string };

export interface Told {
  readonly kind: "good" | "bad";
  readonly text: string;
}

/** What the gateway knows about people, as far as it was asked; null is not known yet, or not at all by an older gateway. */
export interface PeopleStore {
  readonly known: ReadonlySignal<boolean>;
  readonly requests: Signal<readonly PairingRequest[] | null>;
  readonly held: Signal<readonly HeldReply[] | null>;
  readonly changes: Signal<Changes | null>;
  readonly page: Signal<PeoplePage | null>;
  readonly picture: Signal<string | null>;
  /** What the self-test has seen; null while it is off. */
  readonly canary: Signal<Canary | null>;
  /** How many things wait for the owner. */
  readonly count: ReadonlySignal<number>;
  readonly question: Signal<Question | null>;
  readonly told: Signal<Told | null>;
}

export interface People {
  readonly store: PeopleStore;
  /** Reads again soon; many calls at once become one reading. */
  refresh(): void;
}

const SOON_MS = 250;
const MOST_PEOPLE = 200;

function createPeopleStore(store: Store): PeopleStore {
  const requests = signal<readonly PairingRequest[] | null>(null);
  const held = signal<readonly HeldReply[] | null>(null);
  const changes = signal<Changes | null>(null);
  return {
    known: computed(() => knows(store.hello.value, "people.list")),
    requests,
    held,
    changes,
    page: signal<PeoplePage | null>(null),
    picture: signal<string | null>(null),
    canary: signal<Canary | null>(null),
    count: computed(() => (requests.value?.length ?? 0) + (held.value?.length ?? 0) + (changes.value?.waiting ? 1 : 0)),
    question: signal<Question | null>(null),
    told: signal<Told | null>(null),
  };
}

/** Reads what is shown: always what waits for the owner, the rest only while it is looked at. */
function createReader(store: Store, people: PeopleStore, connection: () => Connection): () => Promise<void> {
  const ask = async <Answer>(method: string, params: object, put: (answer: Answer) => void): Promise<void> => {
    if (!knows(store.hello.value, method)) return;
    try {
      put(await connection().request<Answer>(method, params));
    } catch (error) {
      // The next connection reads it again.
      if (!(error instanceof ConnectionLost)) console.warn(error);
    }
  };
  const waiting = (): readonly Promise<void>[] => [
    ask<{ requests: readonly PairingRequest[] }>("pairing.list", {}, ({ requests }) => (people.requests.value = requests)),
    ask<{ deliveries: readonly HeldReply[] }>("outbox.list", { state: "held" }, ({ deliveries }) => (people.held.value = deliveries)),
    ask<Changes>("changes.list", {}, (changes) => (people.changes.value = changes)),
  ];
  const looked = (): readonly Promise<void>[] => [
    ask<PeoplePage>("people.list", { limit: MOST_PEOPLE }, (page) => (people.page.value = page)),
    ask<{ svg: string }>("audience.map", {}, ({ svg }) => (people.picture.value = svg)),
    ask<{ canary?: Canary | null }>("status", {}, ({ canary }) => (people.canary.value = canary ?? null)),
  ];
  return async () => void (await Promise.all([...waiting(), ...(store.view.value === "people" ? looked() : [])]));
}

export function createPeople(store: Store, connection: () => Connection): People {
  const people = createPeopleStore(store);
  const read = createReader(store, people, connection);
  let timer = 0;
  let reading = false;

  function refresh(): void {
    if (timer !== 0) return;
    timer = setTimeout(() => {
      timer = 0;
      // A slow reading is not overtaken by the next one.
      if (reading) return refresh();
      reading = true;
      void read().finally(() => (reading = false));
    }, SOON_MS);
  }

  return { store: people, refresh };
}
