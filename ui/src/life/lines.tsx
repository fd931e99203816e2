import { useApp } from "../app.ts";
import { channelLook } from "../names.ts";
import type { LastStep } from "../wire.ts";

/** So long the page offers to take a step back; the chat and the terminal know no end of it. */
const UNDO_MS = 86_400_000;

/** Whether the page offers to take this step back. */
export function isUndoable(step: LastStep | null): step is LastStep {
  return step !== null && Date.now() - step.at < UNDO_MS;
}

export function UndoButton() {
  const { store, life } = useApp();
  const key = store.selected.value;
  return (
    <button type="button" class="link" onClick={() => void life.act("sessions.undo", { key })}>
      {store.texts.value.life.undo}
    </button>
  );
}

/** What was last done to this session, where the transcript has no line of its own for it. */
export function StepLine({ kind }: { readonly kind: string }) {
  const texts = useApp().store.texts.value.life;
  return (
    <p class="note step">
      <span>{texts.step(kind)}</span> <UndoButton />
    </p>
  );
}

/** Where this device stopped reading. */
export function SinceLine() {
  const { store } = useApp();
  const since = store.since.value;
  if (since === null) return null;
  const texts = store.texts.value;
  const counts = since.channels.map(({ channel, turns }) => texts.life.turnsOn(turns, channelLook(channel, texts).label));
  return (
    <p class="since" role="separator">
      <span>{[texts.life.since, ...counts].join(" · ")}</span>
    </p>
  );
}
