import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import { AttachButton, useAttaching, useDrop } from "./attach.tsx";
import { Chosen } from "./files.tsx";
import { Lazy } from "./lazy.tsx";
import type { Part } from "./lazy.tsx";
import { Icon } from "./icons.tsx";

const OFF_RECORD = async (): Promise<Part> => (await import("../life/view.tsx")).OffRecord;
const READING = async (): Promise<Part> => (await import("../life/view.tsx")).ReadingBar;
const TALLEST_PX = 220;

/** Puts the cursor where one writes; not on a phone, where that would open the keyboard over the conversation. */
export function focusComposer(): void {
  if (matchMedia("(hover: hover)").matches) document.getElementById("message")?.focus();
}

/** As tall as its text, up to a limit. */
function useHeight(field: RefObject<HTMLTextAreaElement | null>, text: string, key: string | null): void {
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${Math.min(TALLEST_PX, area.scrollHeight)}px`;
  }, [text, key]);
}

/** While an input method is composing, Enter chooses a word; Safari tells so only by the key code. */
function isSendKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229;
}

/** Stopping what is being answered, and sending what is written. */
function Buttons({ isReady }: { readonly isReady: boolean }) {
  const { store, sender } = useApp();
  const texts = store.texts.value;
  return (
    <>
      {store.running.value ? (
        <button type="button" class="stop" aria-label={texts.stop} title={texts.stop} onClick={() => void sender.stop()}>
          <Icon name="stop" />
        </button>
      ) : null}
      <button type="submit" class="send" aria-label={texts.send} title={texts.send} disabled={!isReady}>
        <Icon name="send" />
      </button>
    </>
  );
}

/** Files on the clipboard are taken for the message, and not as their names. */
function pastedFiles(event: ClipboardEvent): readonly File[] {
  const pasted = [...(event.clipboardData?.files ?? [])];
  if (pasted.length > 0) event.preventDefault();
  return pasted;
}

/** Where a message is written. What was typed stays with its conversation until it is sent. */
export function Composer() {
  const { store, sender } = useApp();
  const texts = store.texts.value;
  const key = store.selected.value;
  const text = key === null ? "" : (store.typed.value[key] ?? "");
  const files = key === null ? [] : (store.picked.value[key] ?? []);
  const isReady = text.trim() !== "" || files.length > 0;
  const field = useRef<HTMLTextAreaElement>(null);
  const attaching = useAttaching();

  useHeight(field, text, key);
  useEffect(focusComposer, [key]);
  useDrop(attaching);
  if (store.reading.value !== null) return <Lazy part={READING} />;

  const type = (value: string): void => {
    if (key !== null) store.typed.value = { ...store.typed.value, [key]: value };
  };
  const send = (): void => {
    if (!isReady || key === null) return;
    sender.send(text, files);
    type("");
    attaching.refused.value = [];
    store.picked.value = { ...store.picked.value, [key]: [] };
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isSendKey(event)) return;
    event.preventDefault();
    send();
  };
  return (
    <form class={store.offRecord.value ? "composer private" : "composer"} onSubmit={(event) => (event.preventDefault(), send())}>
      {store.offRecord.value ? <Lazy part={OFF_RECORD} /> : null}
      <Chosen {...attaching} />
      <div class="composer-box">
        <AttachButton {...attaching} />
        <label class="hidden" for="message">
          {texts.composerLabel}
        </label>
        <textarea
          id="message"
          ref={field}
          rows={1}
          value={text}
          placeholder={texts.composerHint}
          aria-describedby="composer-keys"
          enterkeyhint="send"
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={(event) => attaching.add(pastedFiles(event))}
        />
        <Buttons isReady={isReady} />
      </div>
      <p class="composer-keys" id="composer-keys">
        {texts.composerKeys}
      </p>
    </form>
  );
}
