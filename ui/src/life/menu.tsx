import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface MenuItem {
  readonly label: string;
  readonly bad?: boolean;
  act(): void;
}

const EDGE_PX = 8;

/** Below what was touched, or above it where there is more room; never outside of the window. */
function place(box: HTMLElement, from: DOMRect): void {
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = from.bottom + 4;
  const top = below + height + EDGE_PX <= innerHeight ? below : Math.max(EDGE_PX, from.top - height - 4);
  box.style.insetBlockStart = `${top}px`;
  box.style.insetInlineStart = `${Math.max(EDGE_PX, Math.min(from.right - width, innerWidth - width - EDGE_PX))}px`;
}

function step(box: HTMLElement, by: number | "first" | "last"): void {
  const items = [...box.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = by === "first" ? 0 : by === "last" ? items.length - 1 : (at + by + items.length) % items.length;
  items[next]?.focus();
}

const STEPS: Readonly<Record<string, number | "first" | "last">> = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

/** A few things to do with what was touched. A dialog: above everything that clips, and the focus goes back by itself. */
export function Menu({ label, from, items, onClose }: { readonly label: string; readonly from: DOMRect; readonly items: readonly (MenuItem | null)[]; onClose(): void }): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const box = dialog.current;
    if (box === null) return;
    box.showModal();
    place(box, from);
    return () => box.close();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    // It closes this alone, not the drawer behind it.
    if (event.key === "Escape") event.stopPropagation();
    if (event.key === "Tab") dialog.current?.close();
    if (by === undefined || dialog.current === null) return;
    event.preventDefault();
    step(dialog.current, by);
  };
  return (
    <dialog class="menu" ref={dialog} aria-label={label} onClose={onClose} onKeyDown={onKeyDown} onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div role="menu" aria-label={label}>
        {items.map((item, at) =>
          item === null ? (
            <hr key={at} />
          ) : (
            <button key={at} type="button" role="menuitem" class={item.bad ? "bad" : undefined} onClick={() => (dialog.current?.close(), item.act())}>
              {item.label}
            </button>
          ),
        )}
      </div>
    </dialog>
  );
}
