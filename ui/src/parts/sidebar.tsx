import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { sessionName } from "../names.ts";
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
  const at = row.lastInteractionAt ?? row.updatedAt;
  return (
    <li>
      <button type="button" class="session" aria-current={isSelected ? "true" : undefined} onClick={() => app.select(row.key)} title={row.key}>
        <span class="session-line">
          <span class="session-name">{sessionName(row, agent, texts, true)}</span>
          {row.running ? <span class="pulse" role="img" aria-label={texts.running} /> : null}
          {unread && !row.running ? <span class="unread" role="img" aria-label={texts.unread} /> : null}
          {at > 0 ? <time class="session-time">{ago(at, now, store.language.value, texts)}</time> : null}
        </span>
        <span class="session-line">
          <Badge channel={row.lastChannel ?? row.channel} />
          <Usage row={row} />
        </span>
      </button>
    </li>
  );
}

/** The main conversation is there before anything was said in it. */
function withMain(rows: readonly SessionRow[], mainKey: string | undefined): readonly SessionRow[] {
  if (mainKey === undefined || rows.some(({ key }) => key === mainKey)) return rows;
  return [{ key: mainKey, kind: "direct", sessionId: "", updatedAt: 0, channel: "webchat" }, ...rows];
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
  const rows = withMain(store.sessions.value, store.hello.value?.snapshot.sessionDefaults.mainSessionKey);
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
      <PeopleLink />
      <nav class="sessions" aria-label={texts.sessions}>
        <h2>{texts.sessions}</h2>
        {rows.length === 0 ? <p class="faint">{texts.noSessions}</p> : null}
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
      </nav>
      <Preferences />
    </aside>
  );
}
