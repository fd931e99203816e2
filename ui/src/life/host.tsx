import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "../parts/icons.tsx";
import type { Asking } from "./life.ts";

/** So long what was done is told, where it can be taken back a little longer. */
const TOLD_MS = 6_000;
const UNDO_MS = 15_000;

function ToldLine() {
  const { store, life } = useApp();
  const told = life.told.value;
  useEffect(() => {
    if (told?.kind !== "good") return;
    const timer = setTimeout(() => life.told.value === told && (life.told.value = null), told.undo ? UNDO_MS : TOLD_MS);
    return () => clearTimeout(timer);
  }, [told]);
  if (told === null) return null;
  const undo = (): void => {
    life.told.value = null;
    told.undo?.().catch(console.warn);
  };
  return (
    <div class={`toast ${told.kind}`}>
      <p role={told.kind === "bad" ? "alert" : "status"}>{told.text}</p>
      {told.undo ? (
        <button type="button" class="link" onClick={undo}>
          {store.texts.value.life.undo}
        </button>
      ) : null}
      <button type="button" class="quiet" aria-label={store.texts.value.life.dismiss} onClick={() => (life.told.value = null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

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
  const view = useSignal<{ readonly View: (props: { asking: Asking }) => VNode } | null>(null);
  const asking = life.asking.value;
  useEffect(() => {
    if (asking !== null && view.value === null) import("./view.tsx").then(({ LifeView }) => (view.value = { View: LifeView }), console.warn);
  }, [asking]);
  const View = view.value?.View;
  return (
    <>
      {asking !== null && View !== undefined ? <View key={asking.kind} asking={asking} /> : null}
      <ToldLine />
    </>
  );
}
