import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import type { App } from "../app.ts";
import { sessionName } from "../names.ts";
import { wordsOf } from "../requests.ts";
import { Dialog } from "../parts/dialog.tsx";
import { dateTime } from "../times.ts";
import type { SessionRow } from "../wire.ts";
import { Menu } from "./menu.tsx";
import type { MenuItem } from "./menu.tsx";
import { lifeTexts } from "./texts.ts";

function useName(): (row: Pick<SessionRow, "key" | "label" | "displayName">) => string {
  const { store } = useApp();
  const agent = store.hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  return (row) => sessionName(row, agent, store.texts.value);
}

const TYPES = { md: "text/markdown", html: "text/html" } as const;

/** Saved as a file, named as the session is. */
async function download({ life }: App, key: string, name: string, format: keyof typeof TYPES): Promise<void> {
  const { text } = await life.ask<{ text: string }>("sessions.export", { key, format });
  const url = URL.createObjectURL(new Blob([text], { type: TYPES[format] }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replaceAll(/[^\p{L}\p{N} _-]+/gu, " ").trim()}.${format}`;
  link.click();
  URL.revokeObjectURL(url);
}

function failed({ life }: App): (error: unknown) => void {
  return (error) => (life.told.value = { kind: "bad", text: wordsOf(error) });
}

export function SessionMenu({ row, from }: { readonly row: SessionRow; readonly from: DOMRect }) {
  const app = useApp();
  const { store, life } = app;
  const texts = lifeTexts(store);
  const { key } = row;
  const name = useName()(row);
  const isMain = key === store.hello.value?.snapshot.sessionDefaults.mainSessionKey;
  const close = (): void => {
    if (life.asking.value?.kind === "session") life.asking.value = null;
  };
  const patch = (changes: object, good: Parameters<typeof life.act>[2] = null): void => void life.act("sessions.patch", { key, ...changes }, good).then(() => app.sessions.load()).catch(console.warn);
  const back = async (): Promise<void> => patch({ archived: false });
  const save = (format: keyof typeof TYPES): MenuItem => ({ label: texts.export(format === "md" ? "Markdown" : "HTML"), act: () => void download(app, key, name, format).catch(failed(app)) });
  const archive = row.archived === true ? { label: texts.unarchive, act: () => patch({ archived: false }) } : { label: texts.archive, act: () => patch({ archived: true }, { text: texts.archived(name), undo: back }) };
  const items = [
    { label: row.pinned === true ? texts.unpin : texts.pin, act: () => patch({ pinned: row.pinned !== true }) },
    { label: texts.label, act: () => (life.asking.value = { kind: "label", row }) },
    ...(isMain ? [] : [archive]),
    null,
    save("md"),
    save("html"),
    ...(isMain ? [] : [null, { label: texts.delete, bad: true, act: () => (life.asking.value = { kind: "delete" as const, row }) }]),
  ];
  return <Menu label={store.texts.value.life.sessionActions(name)} from={from} onClose={close} items={items} />;
}

export function Label({ row, onClose }: { readonly row: SessionRow; onClose(): void }) {
  const { store, life, sessions } = useApp();
  const texts = lifeTexts(store);
  const text = useSignal(row.label ?? "");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const save = async (): Promise<void> => {
    onClose();
    const label = text.value.trim();
    await life.act("sessions.patch", { key: row.key, label: label === "" ? null : label });
    await sessions.load();
  };
  return (
    <Dialog title={texts.labelTitle} onClose={onClose}>
      <form onSubmit={(event) => (event.preventDefault(), void save().catch(console.warn))}>
        <input class="field" ref={field} aria-label={texts.labelTitle} placeholder={texts.labelHint} maxLength={200} value={text.value} onInput={(event) => (text.value = event.currentTarget.value)} />
        <p class="dialog-foot">
          <button type="button" class="soft" onClick={onClose}>
            {texts.cancel}
          </button>
          <button type="submit" class="strong">
            {texts.save}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

export function Delete({ row, onClose }: { readonly row: SessionRow; onClose(): void }) {
  const app = useApp();
  const { store, life, sessions } = app;
  const texts = lifeTexts(store);
  const name = useName()(row);
  const { key } = row;
  const restore = async (): Promise<void> => {
    await life.act("sessions.restore", { key });
    await sessions.load();
  };
  const remove = async (): Promise<void> => {
    onClose();
    if (!(await life.act("sessions.delete", { key }, { text: texts.deleted(name), undo: restore }))) return;
    const main = store.hello.value?.snapshot.sessionDefaults.mainSessionKey;
    if (store.selected.value === key && main !== undefined) app.select(main);
    await sessions.load();
  };
  return (
    <Dialog title={texts.deleteTitle(name)} onClose={onClose}>
      <p>{texts.deleteText}</p>
      <p class="dialog-foot">
        <button type="button" class="soft" onClick={onClose}>
          {texts.cancel}
        </button>
        <button type="button" class="strong" onClick={() => void remove().catch(console.warn)}>
          {texts.deleteYes}
        </button>
      </p>
    </Dialog>
  );
}

interface Removed {
  readonly key: string;
  readonly removedAt: number;
  readonly entries: number;
}

export function Trash({ onClose }: { onClose(): void }) {
  const { store, life, sessions } = useApp();
  const texts = lifeTexts(store);
  const name = useName();
  const found = useSignal<readonly Removed[] | null>(null);
  const read = async (): Promise<void> => {
    found.value = (await life.ask<{ sessions: readonly Removed[] }>("sessions.trash", {})).sessions;
  };
  useEffect(() => void read().catch(console.warn), []);
  const restore = async (key: string): Promise<void> => {
    await life.act("sessions.restore", { key });
    await Promise.all([read(), sessions.load()]);
  };
  return (
    <Dialog title={store.texts.value.life.trash} onClose={onClose}>
      {found.value?.length === 0 ? <p class="faint">{texts.trashEmpty}</p> : null}
      <ul>
        {(found.value ?? []).map(({ key, removedAt, entries }) => (
          <li key={`${key}:${removedAt}`} class="earlier-item trash-item">
            <p>
              <strong>{name({ key })}</strong>
              <span class="faint">
                {dateTime(removedAt, store.language.value)} · {store.texts.value.messages(entries)}
              </span>
            </p>
            <button type="button" class="soft" onClick={() => void restore(key).catch(console.warn)}>
              {texts.restore}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
