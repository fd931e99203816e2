import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useApp } from "../app.ts";
import { Dialog } from "../parts/dialog.tsx";
import { peopleTexts } from "./texts.ts";

export interface Choice {
  readonly value: string;
  readonly label?: string;
}

export interface LineProps {
  readonly label: string;
  readonly action: string;
  readonly value?: string;
  /** Offered while one types; anything else may be typed too. */
  readonly suggested?: readonly Choice[];
  /** Only these may be chosen. */
  readonly choices?: readonly Choice[];
  take(value: string): void;
  readonly children?: ComponentChildren;
}

/** One question of a form, with the button that answers it. */
export function Line({ label, action, value = "", suggested, choices, take, children }: LineProps) {
  const id = useId();
  const typed = useSignal(choices ? value || (choices[0]?.value ?? "") : value);
  const onInput = (event: { readonly currentTarget: HTMLInputElement | HTMLSelectElement }): void => void (typed.value = event.currentTarget.value);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typed.value.trim() !== "") take(typed.value.trim());
  };
  return (
    <form class="line" onSubmit={submit}>
      <label for={id}>{label}</label>
      {choices ? (
        <select id={id} value={typed.value} onInput={onInput}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label ?? choice.value}
            </option>
          ))}
        </select>
      ) : (
        <input id={id} value={typed.value} list={suggested ? `${id}-list` : undefined} autocomplete="off" spellcheck={false} onInput={onInput} />
      )}
      {suggested ? (
        <datalist id={`${id}-list`}>
          {suggested.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </datalist>
      ) : null}
      <button type="submit" class="soft" disabled={typed.value.trim() === "" || typed.value === value}>
        {action}
      </button>
      {children}
    </form>
  );
}

/** Asks which person somebody is: one that is known, or a new name. */
export function WhoDialog({ take, onClose }: { take(name: string): void; onClose(): void }) {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const known = people.store.page.value?.people ?? [];
  const choose = (name: string): void => {
    onClose();
    take(name);
  };
  return (
    <Dialog title={texts.who} onClose={onClose}>
      <Line label={texts.whoLabel} action={texts.next} suggested={known.map(({ name }) => ({ value: name }))} take={choose} />
    </Dialog>
  );
}
