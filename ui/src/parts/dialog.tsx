import "../styles/dialogs.css";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "./icons.tsx";

/** A question above the page: open as long as it stands there. Escape, the cross and a click beside it close it. */
export function Dialog({ title, onClose, wide = false, children }: { readonly title: string; readonly wide?: boolean; onClose(): void; readonly children: ComponentChildren }) {
  const texts = useApp().store.texts.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const box = dialog.current;
    box?.showModal();
    // Closed before it is taken away, so that the focus goes back to where it was.
    return () => box?.close();
  }, []);
  return (
    <dialog class={wide ? "dialog wide" : "dialog"} ref={dialog} aria-labelledby={id} onClose={onClose} onKeyDown={(event) => event.key === "Escape" && event.stopPropagation()} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="quiet" aria-label={texts.closeMenu} onClick={() => dialog.current?.close()}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
