import { useApp } from "../app.ts";

const COMMAND = "npx continuo chat";

/** What to try first: the reason why this program exists, in two steps. */
export function Empty() {
  const { store } = useApp();
  const texts = store.texts.value;
  const key = store.selected.value;
  if (store.outgoing.value.some((message) => message.key === key) || store.drafts.value.length > 0 || store.incoming.value.length > 0 || store.notes.value.length > 0) return null;
  const take = (): void => {
    if (key === null) return;
    store.typed.value = { ...store.typed.value, [key]: texts.emptyExample };
    document.getElementById("message")?.focus();
  };
  return (
    <div class="empty">
      <h2>{texts.emptyTitle}</h2>
      <p>{texts.emptyText}</p>
      <ol>
        <li>
          <span>{texts.emptyTell}</span>
          <button type="button" class="example" onClick={take}>
            {texts.emptyExample}
          </button>
        </li>
        <li>
          <span>{texts.emptyAsk}</span>
          <code>{COMMAND}</code>
        </li>
      </ol>
      <p class="faint">{texts.emptyDo}</p>
    </div>
  );
}
