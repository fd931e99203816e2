import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { LifeHost } from "../life/host.tsx";
import { sessionName } from "../names.ts";
import { Composer } from "./composer.tsx";
import { Header } from "./header.tsx";
import { Lazy } from "./lazy.tsx";
import type { Part } from "./lazy.tsx";
import { Sidebar } from "./sidebar.tsx";
import { Transcript } from "./transcript.tsx";

function useTitle(): void {
  const { store } = useApp();
  const { language, texts, row, hello, unread, showsPeople } = store;
  const agent = hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  const session = row.value === null ? null : sessionName(row.value, agent, texts.value);
  const name = showsPeople.value ? texts.value.people.title : session;
  const count = unread.value.size > 0 ? `(${unread.value.size}) ` : "";
  useEffect(() => {
    document.title = `${count}${name === null ? "" : `${name} — `}Continuo`;
    document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
  }, [count, name, language.value]);
}

/** While the drawer is open the focus is inside of it, and afterwards where it was opened. */
function useDrawerFocus(): void {
  const { drawer } = useApp().store;
  const isOpen = drawer.value;
  useEffect(() => {
    if (!isOpen) return;
    document.querySelector<HTMLElement>(".sidebar .only-narrow")?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") drawer.value = false;
    };
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("keydown", onKey);
      // The page behind is reachable again only after this rendering.
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".header .only-narrow")?.focus());
    };
  }, [isOpen]);
}

const PEOPLE = async (): Promise<Part> => (await import("../people/view.tsx")).PeopleView;
const LOCK = async (): Promise<Part> => (await import("./lock.tsx")).Lock;

/** Focus stays with whoever can act: the drawer while it is open, else the conversation. */
export function Page() {
  const { store } = useApp();
  useTitle();
  useDrawerFocus();
  const locked = store.connection.value.kind === "locked";
  const drawer = store.drawer.value;
  const people = store.showsPeople.value;
  const texts = store.texts.value;
  if (locked) return <Lazy part={LOCK} />;
  return (
    <div class={drawer ? "page drawer-open" : "page"}>
      <a class="skip" href="#message" onClick={(event) => (event.preventDefault(), document.getElementById(people ? "people-content" : "message")?.focus())}>
        {people ? texts.people.skip : texts.skip}
      </a>
      <Sidebar />
      <div class="scrim" onClick={() => (store.drawer.value = false)} />
      {people ? (
        <main class="main" inert={drawer} key="people">
          <Lazy part={PEOPLE} />
        </main>
      ) : (
        <main class="main" inert={drawer} key="conversation">
          <Header />
          <Transcript />
          <Composer />
        </main>
      )}
      <LifeHost />
      <p class="hidden" role="status" aria-live="polite">
        {store.announced.value}
      </p>
    </div>
  );
}
