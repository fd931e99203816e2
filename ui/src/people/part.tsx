import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** One of the parts of the view, under its heading. */
export function Part({ title, count = 0, children }: { readonly title: string; readonly count?: number; readonly children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="part" aria-labelledby={id}>
      <h2>
        <span id={id}>{title}</span>
        {count > 0 ? <span class="count">{count}</span> : null}
      </h2>
      {children}
    </section>
  );
}
