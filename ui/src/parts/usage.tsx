import { useApp } from "../app.ts";
import { compact } from "../times.ts";
import type { SessionRow } from "../wire.ts";

const NEARLY_FULL = 0.8;

/** How full the model's window is. Unknown is not shown as empty. */
export function Usage({ row }: { readonly row: SessionRow }) {
  const { store } = useApp();
  const { totalTokens: used, contextTokens: total } = row;
  if (total === undefined || total <= 0) return null;
  const language = store.language.value;
  if (used === undefined) {
    // Nothing was said yet, or nobody counted.
    if (row.totalTokensFresh !== false || !row.messageCount) return null;
    const unknown = store.texts.value.contextUnknown(compact(total, language));
    return (
      <span class="tokens" role="img" aria-label={unknown} title={unknown}>
        ?
      </span>
    );
  }
  const share = Math.min(1, used / total);
  const words = store.texts.value.context(compact(used, language), compact(total, language));
  return (
    <span class="tokens" role="img" aria-label={words} title={words}>
      {compact(used, language)}
      <span class={share > NEARLY_FULL ? "usage nearly-full" : "usage"}>
        <span class="usage-fill" style={{ inlineSize: `${Math.max(1, share * 100)}%` }} />
      </span>
    </span>
  );
}
