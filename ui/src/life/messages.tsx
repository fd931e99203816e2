import { useApp } from "../app.ts";
import { Dialog } from "../parts/dialog.tsx";
import { textOf } from "../wire.ts";
import type { Message } from "../wire.ts";
import { Menu } from "./menu.tsx";
import { lifeTexts } from "./texts.ts";

/** A question that stood last would have no answer: going back to one means before it. */
function throughOf({ role, seq }: Message): number {
  return role === "user" ? seq - 1 : seq;
}

/** A copy ends with an answer: of a question it has what came of it. */
function forkThrough({ role, seq }: Message, messages: readonly Message[]): number {
  const next = role === "user" ? messages.findIndex((other) => other.seq > seq && other.role === "user") : -1;
  if (role === "user") return (next === -1 ? messages.at(-1) : messages[next - 1])?.seq ?? seq;
  return seq;
}

export function MessageMenu({ message, from }: { readonly message: Message; readonly from: DOMRect }) {
  const { store, life } = useApp();
  const texts = lifeTexts(store);
  const key = store.selected.value;
  const close = (): void => {
    if (life.asking.value?.kind === "message") life.asking.value = null;
  };
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(textOf(message.content));
    life.told.value = { kind: "good", text: texts.copied };
  };
  const isCurrent = store.reading.value === null;
  const steps = [
    { label: texts.fork, act: () => void life.act("sessions.fork", { key, throughSeq: forkThrough(message, store.transcript.value.messages) }, { text: texts.forked }) },
    { label: message.role === "user" ? texts.rewindBefore : texts.rewindTo, act: () => (life.asking.value = { kind: "rewind", message }) },
    null,
  ];
  return <Menu label={store.texts.value.life.actions} from={from} onClose={close} items={[...(isCurrent ? steps : []), { label: texts.copy, act: () => void copy().catch(console.warn) }]} />;
}

/** Says how much goes before it does; what was asked there may be asked otherwise. */
export function Rewind({ message, onClose }: { readonly message: Message; onClose(): void }) {
  const { store, life } = useApp();
  const texts = lifeTexts(store);
  const key = store.selected.value ?? "";
  const through = throughOf(message);
  const aside = store.transcript.value.messages.filter(({ seq, role }) => seq > through && (role === "user" || role === "assistant")).length;
  const rewind = async (): Promise<void> => {
    onClose();
    const done = await life.act("sessions.rewind", { key, throughSeq: through });
    const isFree = (store.typed.value[key] ?? "") === "";
    if (done && message.role === "user" && isFree) store.typed.value = { ...store.typed.value, [key]: textOf(message.content) };
  };
  return (
    <Dialog title={message.role === "user" ? texts.rewindBefore : texts.rewindTo} onClose={onClose}>
      <p>{texts.rewindText(aside)}</p>
      <p class="dialog-foot">
        <button type="button" class="soft" onClick={onClose}>
          {texts.cancel}
        </button>
        <button type="button" class="strong" disabled={aside === 0} onClick={() => void rewind()}>
          {texts.rewind}
        </button>
      </p>
    </Dialog>
  );
}
