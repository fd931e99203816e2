import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";

/** Ctrl+K or Cmd+K looks for something, wherever the focus is. */
function useSearchKey(): void {
  const { life, store } = useApp();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      store.drawer.value = false;
      life.asking.value = { kind: "search" };
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

/** What stands above the page; fetched when it is first asked for. */
export function LifeHost() {
  const { life } = useApp();
  useSearchKey();
  const view = useSignal<{ readonly View: () => VNode } | null>(null);
  const isNeeded = life.asking.value !== null || life.told.value !== null;
  useEffect(() => {
    if (isNeeded && view.value === null) import("./view.tsx").then(({ LifeView }) => (view.value = { View: LifeView }), console.warn);
  }, [isNeeded]);
  const View = view.value?.View;
  return View === undefined ? null : <View />;
}
