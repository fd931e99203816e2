import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useApp } from "../app.ts";
import type { ShownFile } from "../picked.ts";

type Files = typeof import("../files/view.tsx");

/** Fetched when there is a first file: the conversation opens without it. */
function useFiles(isWanted: boolean): Files | null {
  const files = useSignal<Files | null>(null);
  useEffect(() => {
    if (isWanted) import("../files/view.tsx").then((loaded) => (files.value = loaded), console.warn);
  }, [isWanted]);
  return files.value;
}

/** What came with a message. */
export function Attached({ files }: { readonly files: readonly ShownFile[] }) {
  const view = useFiles(files.length > 0);
  return view === null ? null : <view.Attachments files={files} />;
}

/** What will be sent with the message. */
export function Chosen({ refused }: { readonly refused: Signal<readonly string[]> }) {
  const { store } = useApp();
  const key = store.selected.value;
  const isWanted = refused.value.length > 0 || (key !== null && (store.picked.value[key] ?? []).length > 0);
  const view = useFiles(isWanted);
  return view === null ? null : <view.PickedFiles refused={refused.value} />;
}
