import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "../parts/icons.tsx";

const AGAIN_MS = 30_000;

/** The way to the people, and how much waits there. Hidden when the gateway knows no people. */
export function PeopleLink() {
  const { store, people } = useApp();
  const texts = store.texts.value.people;
  const known = people.store.known.value;
  const count = people.store.count.value;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && people.refresh(), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  if (!known) return null;
  return (
    <a class="nav-link people-link" href="#people" aria-current={store.showsPeople.value ? "page" : undefined} onClick={() => (store.drawer.value = false)}>
      <Icon name="people" />
      <span>{texts.item}</span>
      {count > 0 ? (
        <span class="count" role="img" aria-label={texts.count(count)} title={texts.count(count)}>
          {count}
        </span>
      ) : null}
    </a>
  );
}
