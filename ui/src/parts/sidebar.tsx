import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { channelOf, sessionName } from "../names.ts";
import { PeopleLink } from "../people/link.tsx";
import { ago } from "../times.ts";
import type { SessionRow } from "../wire.ts";
import { Badge } from "./badge.tsx";
import { Icon, Mark } from "./icons.tsx";
import { Preferences } from "./preferences.tsx";
import { Usage } from "./usage.tsx";

const CLOCK_MS = 30_000;

function Row({ row, now }: { readonly row: SessionRow; readonly now: number }) {
  const app = useApp();
  const { store } = app;
  const texts = store.texts.value;
  const agent = store.hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  const isSelected = store.selected.value === row.key && store.view.value !== "people";
  const unread = store.unread.value.has(row.key);
  const name = sessionName(row, agent, texts, true);
  const at = row.lastInteractionAt ?? row.updatedAt;
  return (
    <li class="session-item">
      <button type="button" class="session" aria-current={isSelected ? "true" : undefined} onClick={() => app.select(row.key)} title={row.key}>
        <span class="session-line">
          {row.pinned ? (
            <span class="pinned" role="img" aria-label={texts.life.pinned} title={texts.life.pinned}>
              <Icon name="pin" />
            </span>
          ) : null}
          <span class="session-name">{name}</span>
          {row.running ? <span class="pulse" role="img" aria-label={texts.running} /> : null}
          {unread && !row.running ? <span class="unread" role="img" aria-label={texts.unread} /> : null}
          {at > 0 ? <time class="session-time">{ago(at, now, store.language.value, texts)}</time> : null}
        </span>
        <span class="session-line">
          <Badge channel={channelOf(row)} />
          <Usage row={row} />
        </span>
      </button>
      {row.sessionId === "" ? null : (
        <button
          type="button"
          class="quiet session-menu"
          aria-label={texts.life.sessionActions(name)}
          aria-haspopup="menu"
          onClick={({ currentTarget }) => (app.life.asking.value = { kind: "session", row, from: currentTarget.getBoundingClientRect() })}
        >
          <Icon name="more" />
        </button>
      )}
    </li>
  );
}

/** The main conversation is there before anything was said in it. */
function withMain(rows: readonly SessionRow[], mainKey: string | undefined): readonly SessionRow[] {
  if (mainKey === undefined || rows.some(({ key }) => key === mainKey)) return rows;
  return [{ key: mainKey, kind: "direct", sessionId: "", updatedAt: 0, channel: "webchat" }, ...rows];
}

/** Looks for what was said. */
function SearchButton() {
  const { store, life } = useApp();
  const open = (): void => {
    store.drawer.value = false;
    life.asking.value = { kind: "search" };
  };
  return (
    <button type="button" class="nav-link search-link" aria-keyshortcuts="Control+K Meta+K" onClick={open}>
      <Icon name="search" />
      <span>{store.texts.value.life.search}</span>
      <kbd aria-hidden="true">{navigator.userAgent.includes("Mac") ? "⌘K" : "Ctrl K"}</kbd>
    </button>
  );
}

/** What of the list is shown, by name or key. */
function Filter() {
  const { store, sessions } = useApp();
  const words = store.texts.value.life.filter;
  const wanted = store.filter.value;
  return <input type="search" class="filter" aria-label={words} placeholder={words} value={wanted.text} onInput={(event) => sessions.filter({ ...wanted, text: event.currentTarget.value })} />;
}

/** What is kept out of sight. */
function Hidden() {
  const { store, sessions, life } = useApp();
  const texts = store.texts.value.life;
  const wanted = store.filter.value;
  return (
    <p class="session-places">
      <button type="button" class="more" aria-pressed={wanted.archived} onClick={() => sessions.filter({ ...wanted, archived: !wanted.archived })}>
        {texts.archived}
      </button>
      <button type="button" class="more" onClick={() => (life.asking.value = { kind: "trash" })}>
        {texts.trash}
      </button>
    </p>
  );
}

export function Sidebar() {
  const app = useApp();
  const { store } = app;
  const texts = store.texts.value;
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  const rows = store.results.value ?? withMain(store.sessions.value, store.hello.value?.snapshot.sessionDefaults.mainSessionKey);
  return (
    <aside class="sidebar" id="sidebar">
      <div class="brand">
        <Mark />
        <div>
          <strong>Continuo</strong>
          <span>{texts.appTagline}</span>
        </div>
        <button type="button" class="quiet only-narrow" aria-label={texts.closeMenu} onClick={() => (store.drawer.value = false)}>
          <Icon name="close" />
        </button>
      </div>
      <SearchButton />
      <PeopleLink />
      <nav class="sessions" aria-label={texts.sessions}>
        <h2>{store.filter.value.archived ? texts.life.archived : texts.sessions}</h2>
        <Filter />
        {rows.length === 0 ? <p class="faint">{store.isFiltered.value ? texts.life.nothing : texts.noSessions}</p> : null}
        <ul>
          {rows.map((row) => (
            <Row key={row.key} row={row} now={Math.max(now.value, row.updatedAt)} />
          ))}
        </ul>
        {store.moreSessions.value ? (
          <button type="button" class="more" onClick={() => void app.sessions.showMore().catch(console.warn)}>
            {texts.showMore}
          </button>
        ) : null}
        <Hidden />
      </nav>
      <Preferences />
    </aside>
  );
}
