import { useApp } from "../app.ts";
import { lifeTexts } from "./texts.ts";

/** Says as long as it lasts that nothing is kept. */
export function OffRecord() {
  const { store, sender } = useApp();
  const texts = lifeTexts(store);
  return (
    <div class="off-record" role="status">
      <p>
        <strong>{texts.offRecord}</strong> {texts.offRecordText}
      </p>
      <button type="button" class="link" onClick={() => sender.send("/private off")}>
        {texts.offRecordEnd}
      </button>
    </div>
  );
}
