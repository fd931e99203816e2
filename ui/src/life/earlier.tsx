import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import { Dialog } from "../parts/dialog.tsx";
import { dateTime } from "../times.ts";
import type { Conversation } from "../wire.ts";
import { resume } from "./resume.ts";
import { lifeTexts } from "./texts.ts";

interface ItemProps {
  readonly item: Conversation;
  readonly sessionKey: string;
  close(): void;
  reload(): Promise<void>;
}

function Rename({ item, sessionKey, done }: { readonly item: Conversation; readonly sessionKey: string; done(): void }) {
  const { store, life } = useApp();
  const texts = lifeTexts(store);
  const text = useSignal(item.title ?? item.preview ?? "");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const save = async (): Promise<void> => {
    const title = text.value.trim();
    await life.act("conversations.rename", { key: sessionKey, sessionId: item.sessionId, title: title === "" ? null : title });
    done();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    // Ends the naming, not the dialog.
    event.preventDefault();
    done();
  };
  return (
    <form class="rename" onSubmit={(event) => (event.preventDefault(), void save().catch(console.warn))}>
      <input class="field" ref={field} aria-label={texts.renameLabel} maxLength={200} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} onKeyDown={onKeyDown} />
      <button type="submit" class="soft">
        {texts.save}
      </button>
    </form>
  );
}

function Item({ item, sessionKey, close, reload }: ItemProps) {
  const app = useApp();
  const { store } = app;
  const texts = store.texts.value;
  const words = lifeTexts(store);
  const naming = useSignal(false);
  const read = (): void => {
    close();
    app.history.open(sessionKey, item.current ? null : item.sessionId).catch(console.warn);
  };
  const goOn = (): void => {
    close();
    resume(app, sessionKey, item.sessionId).catch(console.warn);
  };
  const done = (): void => {
    naming.value = false;
    reload().catch(console.warn);
  };
  return (
    <li class="earlier-item">
      {naming.value ? (
        <Rename item={item} sessionKey={sessionKey} done={done} />
      ) : (
        <p class="earlier-title">
          {item.number === undefined ? null : <span class="faint">{item.number}</span>}
          <strong>{item.title ?? item.preview ?? words.untitled}</strong>
        </p>
      )}
      <p class="earlier-when">
        <time>{dateTime(item.beganAt, store.language.value)}</time>
        <span>{texts.messages(item.messages)}</span>
        <span class="tag">{item.forkedFrom === undefined ? words.reason(item.beganReason) : words.forkOf}</span>
        {item.current ? <span class="tag strong">{words.current}</span> : null}
      </p>
      {item.title && item.preview ? <p class="earlier-preview">{item.preview}</p> : null}
      <p class="earlier-actions">
        {item.current && store.reading.value === null ? null : (
          <button type="button" class="soft" onClick={read}>
            {words.open}
          </button>
        )}
        {item.current ? null : (
          <button type="button" class="soft" onClick={goOn}>
            {words.resume}
          </button>
        )}
        {item.messages === 0 ? null : (
          <button type="button" class="quiet" onClick={() => (naming.value = !naming.value)}>
            {words.rename}
          </button>
        )}
      </p>
    </li>
  );
}

/** The conversations that this key has had: nothing that was ended is gone. */
export function Earlier({ sessionKey, onClose }: { readonly sessionKey: string; onClose(): void }) {
  const { store, life } = useApp();
  const texts = store.texts.value;
  const found = useSignal<readonly Conversation[] | null>(null);
  const failed = useSignal(false);
  const read = async (): Promise<void> => {
    const { conversations } = await life.ask<{ conversations: readonly Conversation[] }>("conversations.list", { key: sessionKey });
    found.value = conversations.filter(({ current, messages }) => current || messages > 0);
  };
  useEffect(() => void read().catch(() => (failed.value = true)), [sessionKey]);
  const list = found.value;
  return (
    <Dialog title={texts.earlier} onClose={onClose}>
      {failed.value ? <p class="faint">{texts.loadFailed}</p> : null}
      {list !== null && list.length <= 1 ? <p class="faint">{lifeTexts(store).earlierNone}</p> : null}
      <ul class="earlier">
        {list?.map((item) => (
          <Item key={item.sessionId} item={item} sessionKey={sessionKey} close={onClose} reload={read} />
        ))}
      </ul>
    </Dialog>
  );
}
