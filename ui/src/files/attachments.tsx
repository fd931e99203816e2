import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import type { ShownFile } from "../picked.ts";
import { sizeText } from "./attaching.ts";

/** What a browser only paints; every other type is saved, never opened. */
const PAINTED = /^image\/(?:png|jpeg|gif|webp|avif|bmp)$/;

function Picture({ file }: { readonly file: ShownFile }) {
  const app = useApp();
  const texts = app.store.texts.value;
  const place = useRef<HTMLDivElement>(null);
  const url = useSignal(file.url ?? null);
  const failed = useSignal(false);
  const alt = `${texts.image}: ${file.fileName}`;
  // Read when it comes near the screen: a conversation may hold hundreds.
  useEffect(() => {
    const box = place.current;
    if (file.url !== undefined || box === null) return;
    let own: string | null = null;
    let isGone = false;
    const load = async (): Promise<void> => {
      try {
        const blob = await app.media(file.ref);
        if (isGone) return;
        url.value = own = URL.createObjectURL(blob);
      } catch (error) {
        console.info(error);
        failed.value = true;
      }
    };
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        void load();
      },
      { rootMargin: "400px" },
    );
    observer.observe(box);
    return () => {
      isGone = true;
      observer.disconnect();
      if (own !== null) URL.revokeObjectURL(own);
    };
  }, [file.ref]);
  if (failed.value) return <SavedFile file={file} />;
  return (
    <div class="picture" ref={place} data-loaded={url.value !== null}>
      {url.value === null ? <span class="hidden">{alt}</span> : <img src={url.value} alt={alt} />}
    </div>
  );
}

function SavedFile({ file }: { readonly file: ShownFile }) {
  const app = useApp();
  const texts = app.store.texts.value;
  const gone = useSignal(false);
  const save = async (): Promise<void> => {
    try {
      const url = file.url ?? URL.createObjectURL(await app.media(file.ref));
      const link = document.createElement("a");
      link.href = url;
      link.download = file.fileName;
      link.click();
      if (file.url === undefined) setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      console.info(error);
      gone.value = true;
    }
  };
  return (
    <button type="button" class="saved-file" onClick={() => void save()}>
      <span class="file-name">{file.fileName}</span>
      <span class="file-size">{gone.value ? texts.loadFailed : sizeText(file.sizeBytes)}</span>
    </button>
  );
}

/** What came with a message. */
export function Attachments({ files }: { readonly files: readonly ShownFile[] }) {
  if (files.length === 0) return null;
  return <div class="attachments">{files.map((file) => (PAINTED.test(file.mimeType) ? <Picture key={file.ref} file={file} /> : <SavedFile key={file.ref} file={file} />))}</div>;
}
