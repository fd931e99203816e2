import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "../parts/icons.tsx";
import { lifeTexts } from "./texts.ts";

/** So long what was done is told, where it can be taken back a little longer. */
const TOLD_MS = 6_000;
const UNDO_MS = 15_000;

/** How the last thing that was done went. */
export function ToldLine() {
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
      <button type="button" class="quiet" aria-label={lifeTexts(store).dismiss} onClick={() => (life.told.value = null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
