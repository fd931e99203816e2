import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { dateTime } from "../times.ts";
import type { Conversation } from "../wire.ts";
import { Dialog } from "./dialog.tsx";

function Item({ item, sessionKey, close }: { readonly item: Conversation; readonly sessionKey: string; close(): void }) {
  const app = useApp();
  const { store } = app;
  const texts = store.texts.value;
  const language = store.language.value;
  const act = (work: Promise<void>): void => {
    close();
    work.catch(console.warn);
  };
  return (
    <li class="earlier-item">
      <p class="earlier-when">
        <time>{dateTime(item.beganAt, language)}</time>
        <span class="faint">{texts.messages(item.messages)}</span>
        <span class={item.current ? "tag strong" : "tag"}>{item.current ? texts.current : texts.reason(item.endedReason ?? item.beganReason)}</span>
      </p>
      {item.preview ? <p class="earlier-preview">{item.preview}</p> : null}
      <p class="earlier-actions">
        {item.current && store.reading.value === null ? null : (
          <button type="button" class="soft" onClick={() => act(app.history.open(sessionKey, item.current ? null : item.sessionId))}>
            {texts.open}
          </button>
        )}
        {item.current ? null : (
          <button type="button" class="soft" onClick={() => act(app.resume(sessionKey, item.sessionId))}>
            {texts.resume}
          </button>
        )}
      </p>
    </li>
  );
}

/** The conversations that this key has had: nothing that was ended is gone. */
export function EarlierDialog({ sessionKey, onClose }: { readonly sessionKey: string; onClose(): void }) {
  const app = useApp();
  const texts = app.store.texts.value;
  const found = useSignal<readonly Conversation[] | "loading" | "failed">("loading");
  useEffect(() => {
    app
      .conversations(sessionKey)
      .then((list) => (found.value = list))
      .catch(() => (found.value = "failed"));
  }, [sessionKey]);
  const list = found.value;
  return (
    <Dialog title={texts.earlier} onClose={onClose}>
      {list === "loading" ? <p class="faint">…</p> : null}
      {list === "failed" ? <p class="faint">{texts.loadFailed}</p> : null}
      {Array.isArray(list) && list.length <= 1 ? <p class="faint">{texts.earlierNone}</p> : null}
      {Array.isArray(list) ? (
        <ul class="earlier">
          {list.map((item: Conversation) => (
            <Item key={item.sessionId} item={item} sessionKey={sessionKey} close={onClose} />
          ))}
        </ul>
      ) : null}
    </Dialog>
  );
}
