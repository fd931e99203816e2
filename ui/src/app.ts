import { batch } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createConnection } from "./connection.ts";
import type { Connection, ConnectionOptions } from "./connection.ts";
import { createEvents } from "./events.ts";
import { createHistoryReader } from "./history.ts";
import type { HistoryReader } from "./history.ts";
import { createLife } from "./life/life.ts";
import type { Life } from "./life/life.ts";
import { createPeople } from "./people/people.ts";
import type { People } from "./people/people.ts";
import { createSender } from "./sending.ts";
import type { Sender } from "./sending.ts";
import { createSessions } from "./sessions.ts";
import type { Sessions } from "./sessions.ts";
import { createStore } from "./store.ts";
import type { Store } from "./store.ts";
import type { Spoken } from "./speak.ts";
import { keepToken, readToken, recall, remember } from "./token.ts";

/** The page without its looks: what is shown, and what can be done. */
export interface App {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly history: HistoryReader;
  readonly sender: Sender;
  readonly people: People;
  /** The bytes of a file of the transcript; fails when they are not kept any more. */
  media(ref: string): Promise<Blob>;
  readonly life: Life;
  select(key: string): void;
  unlock(token: string): void;
  /** Turns to a key's conversation, whatever of it is then opened. */
  turnTo(key: string): void;
  reconnect(): void;
}

const SELECTED = "continuo.selected";

function socketUrl(): string {
  const url = new URL(".", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  url.search = "";
  return url.href;
}

async function fetchMedia(ref: string, token: string | null): Promise<Blob> {
  const answer = await fetch(`media/${ref}`, token === null ? {} : { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`A file of the conversation could not be read (${answer.status}).`);
  return answer.blob();
}

function warn(error: unknown): void {
  console.warn(error);
}

type Gateway = Pick<ConnectionOptions, "onState" | "onHello" | "onEvent" | "onGap">;

/** What the page does when the gateway says something, or comes and goes. */
function answerGateway({ store, sessions, history, sender, people }: Pick<App, "store" | "sessions" | "history" | "sender" | "people">, connection: () => Connection): Gateway {
  const events = createEvents({ store, history, sessions, people });

  async function catchUp(): Promise<void> {
    await connection().request("sessions.subscribe", {});
    await sessions.load();
  }

  return {
    onState: (state) => void (store.connection.value = state),
    onHello(hello) {
      batch(() => {
        store.hello.value = hello;
        // What runs still is told anew with its whole text; what has ended is in the transcript.
        store.drafts.value = [];
      });
      queueMicrotask(() => {
        catchUp().catch(warn);
        if (store.selected.value === null) void history.open(recall(SELECTED, "sessionStorage") ?? hello.snapshot.sessionDefaults.mainSessionKey, null);
        else history.refresh();
        sender.resume();
        people.refresh();
      });
    },
    onEvent: events.on,
    onGap() {
      store.drafts.value = [];
      sessions.load().catch(warn);
      history.refresh();
      people.refresh();
    },
  };
}

/** The address says what is shown, so that the back button and bookmarks work. */
function followAddress(store: Store, people: People): () => void {
  const show = (): void => {
    const view = location.hash === "#people" ? "people" : "conversation";
    if (store.view.value === view) return;
    store.view.value = view;
    store.drawer.value = false;
    people.refresh();
  };
  show();
  // A link, the typed address and the buttons of the browser are told by the one or the other.
  addEventListener("hashchange", show);
  addEventListener("popstate", show);
  return show;
}

function turnToConversation(store: Store, key: string, showView: () => void): void {
  remember(SELECTED, key, "sessionStorage");
  store.drawer.value = false;
  if (store.view.value !== "people") return;
  // The browser's back button leads to the people again.
  window.history.pushState(null, "", location.pathname + location.search);
  showView();
}

export function createApp(spoken: Spoken): App {
  const store = createStore(spoken);
  const line: { connection?: Connection; token: string | null } = { token: readToken() };
  const connection = (): Connection => {
    if (!line.connection) throw new Error("The connection is used before it is made.");
    return line.connection;
  };
  const sessions = createSessions(store, connection);
  const life = createLife(store, connection);
  const history = createHistoryReader(store, connection, life.reads.arrive);
  const sender = createSender(store, connection, history);
  const people = createPeople(store, connection);
  const showView = followAddress(store, people);

  const turnTo = (key: string): void => turnToConversation(store, key, showView);

  function select(key: string): void {
    turnTo(key);
    void history.open(key, null);
  }

  line.connection = createConnection({
    url: socketUrl(),
    version: "1",
    locale: store.language.value,
    token: () => line.token,
    ...answerGateway({ store, sessions, history, sender, people }, connection),
  });

  function unlock(token: string): void {
    line.token = token;
    keepToken(token);
    connection().reconnect();
  }

  addEventListener("hashchange", () => {
    if (location.hash.includes("token=")) unlock(readToken() ?? "");
  });
  addEventListener("online", () => connection().reconnect());

  return {
    store,
    sessions,
    history,
    sender,
    people,
    media: (ref) => fetchMedia(ref, line.token),
    life,
    select,
    turnTo,
    unlock,
    reconnect: () => connection().reconnect(),
  };
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error("A part of the page stands outside of it.");
  return app;
}
