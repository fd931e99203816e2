import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";

export type Part = () => VNode | null;

/** Fetched when it is first looked at: the conversation opens without it. */
export function Lazy({ part }: { readonly part: () => Promise<Part> }) {
  const view = useSignal<{ readonly Content: Part } | null>(null);
  useEffect(() => {
    part().then((Content) => (view.value = { Content }), console.warn);
  }, []);
  const Content = view.value?.Content;
  return Content === undefined ? null : <Content />;
}
