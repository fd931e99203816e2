import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "./icons.tsx";

/** Why something could not be put to the message; shown until something else is done. */
export interface Attaching {
  readonly refused: Signal<readonly string[]>;
  add(files: readonly File[]): void;
}

export function useAttaching(): Attaching {
  const { store } = useApp();
  const refused = useSignal<readonly string[]>([]);
  return {
    refused,
    add(files) {
      const key = store.selected.value;
      if (key !== null && files.length > 0) import("../files/attaching.ts").then(({ pick }) => (refused.value = pick(store, key, files)), console.warn);
    },
  };
}

/** Files that are dropped anywhere on the page: a browser would leave the page for them otherwise. */
export function useDrop({ add }: Attaching): void {
  const { store } = useApp();
  useEffect(() => {
    const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
    const over = (event: DragEvent): void => {
      if (isFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (!isFiles(event)) return;
      event.preventDefault();
      if (store.reading.value === null) add([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, []);
}

export function AttachButton({ add }: Attaching) {
  const { store } = useApp();
  const texts = store.texts.value;
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="attach" aria-label={texts.attach} onClick={() => field.current?.click()}>
        <Icon name="clip" />
      </button>
      <input
        ref={field}
        hidden
        type="file"
        multiple
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          // The same file again is a change, too.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
