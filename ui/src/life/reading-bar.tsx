import { useApp } from "../app.ts";
import { resume } from "./resume.ts";
import { lifeTexts } from "./texts.ts";

/** Stands where one writes while something is only read. */
export function ReadingBar() {
  const app = useApp();
  const { store } = app;
  const texts = lifeTexts(store);
  const key = store.selected.value;
  const sessionId = store.reading.value;
  const isCurrent = sessionId === store.row.value?.sessionId;
  if (key === null || sessionId === null) return null;
  return (
    <div class="composer earlier-bar">
      <p>{isCurrent ? texts.viewingPart : texts.viewingEarlier}</p>
      <button type="button" class="soft" onClick={() => void app.history.open(key, null)}>
        {texts.back}
      </button>
      {isCurrent ? null : (
        <button type="button" class="strong" onClick={() => void resume(app, key, sessionId)}>
          {texts.resume}
        </button>
      )}
    </div>
  );
}
