import { useApp } from "../app.ts";
import { Icon } from "../parts/icons.tsx";
import { kindOf } from "../picked.ts";
import { sizeText, unpick } from "./attaching.ts";

/** What will be sent with the message, each with a way to leave it out. */
export function PickedFiles({ refused }: { readonly refused: readonly string[] }) {
  const { store } = useApp();
  const texts = store.texts.value;
  const key = store.selected.value;
  const files = key === null ? [] : (store.picked.value[key] ?? []);
  return (
    <>
      {refused.length === 0 ? null : (
        <p class="refused" role="alert">
          {texts.filesTooLarge(refused.join(", "))}
        </p>
      )}
      {files.length === 0 || key === null ? null : (
        <ul class="picked" aria-label={texts.attached}>
          {files.map(({ id, name, type, size, url }) => (
            <li key={id}>
              {kindOf(type) === "image" ? <img src={url} alt="" /> : null}
              <span class="file-name">{name}</span>
              <span class="file-size">{sizeText(size)}</span>
              <button type="button" class="remove" aria-label={texts.leaveOut(name)} onClick={() => unpick(store, key, id)}>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
