import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { Lazy } from "../parts/lazy.tsx";
import type { Part } from "../parts/lazy.tsx";

const VIEW = async (): Promise<Part> => (await import("./view.tsx")).LifeView;

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
  return life.asking.value === null && life.told.value === null ? null : <Lazy part={VIEW} />;
}
