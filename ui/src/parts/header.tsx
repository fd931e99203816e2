import { useApp } from "../app.ts";
import { sessionName } from "../names.ts";
import { focusComposer } from "./composer.tsx";
import { ConnectionLine } from "./connection-line.tsx";
import { Icon } from "./icons.tsx";
import { Usage } from "./usage.tsx";

/** What stands in every header: the way to the sidebar, where it is hidden. */
export function MenuButton() {
  const { store } = useApp();
  return (
    <button type="button" class="quiet only-narrow" aria-label={store.texts.value.menu} aria-controls="sidebar" aria-expanded={store.drawer.value} onClick={() => (store.drawer.value = true)}>
      <Icon name="menu" />
      {store.unread.value.size > 0 ? <span class="unread" /> : null}
    </button>
  );
}

/** Tells at the foot of every header that the gateway is gone. */
export function Outage() {
  if (useApp().store.connection.value.kind !== "waiting") return null;
  return (
    <div class="outage">
      <ConnectionLine retry />
    </div>
  );
}

export function Header() {
  const app = useApp();
  const { store } = app;
  const texts = store.texts.value;
  const row = store.row.value;
  const key = store.selected.value;
  const agent = store.hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  const startAnew = (): void => {
    app.sender.send("/new");
    focusComposer();
  };
  return (
    <header class="header">
      <MenuButton />
      <div class="title">
        <h1>{key === null ? "Continuo" : sessionName(row ?? { key }, agent, texts)}</h1>
        <p class="subtitle">
          <span>{row?.model ?? store.defaultModel.value}</span>
          {row ? <Usage row={row} /> : null}
        </p>
      </div>
      <button type="button" class="quiet" aria-label={texts.earlier} title={texts.earlier} disabled={key === null} onClick={() => key !== null && (app.life.asking.value = { kind: "earlier", key })}>
        <Icon name="history" />
      </button>
      <button type="button" class="soft" aria-label={texts.newConversation} title={texts.newConversation} disabled={key === null || store.reading.value !== null} onClick={startAnew}>
        <Icon name="plus" />
        <span class="only-wide">{texts.newConversation}</span>
      </button>
      <Outage />
    </header>
  );
}
