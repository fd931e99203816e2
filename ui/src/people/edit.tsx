import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { Dialog } from "../parts/dialog.tsx";
import type { Choice } from "./who.tsx";
import { Line } from "./who.tsx";
import type { Guest, Person } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

export function guestChoices(guests: readonly Guest[]): readonly Choice[] {
  return guests.map(({ identity, displayName }) => ({ value: identity, ...(displayName ? { label: `${displayName} · ${identity}` } : {}) }));
}

/** Everything that can be changed about one person; each change is shown before it is done. */
export function EditDialog({ person: { name, role, source }, onClose }: { readonly person: Person; onClose(): void }) {
  const { store, people } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const page = people.store.page.value;
  const others = (page?.people ?? []).filter((other) => other.name !== name).map((other) => ({ value: other.name }));
  const propose = (method: string, params: object, title: string): void => {
    onClose();
    void deeds.propose({ method, params, title });
  };
  const link = (identity: string): void => propose("people.link", { identity, name }, texts.linkTitle(identity, name));
  const merge = (into: string): void => propose("people.merge", { from: name, into }, texts.mergeTitle(name, into));
  return (
    <Dialog title={texts.editTitle(name)} onClose={onClose}>
      {source === "store" ? (
        <>
          <Line label={texts.name} action={texts.rename} value={name} take={(to) => propose("people.rename", { name, to }, texts.renameTitle(name, to))} />
          <Line
            label={texts.role}
            action={texts.setRole}
            value={role}
            choices={Object.entries(texts.roles).map(([value, label]) => ({ value, label }))}
            take={(next) => propose("people.role", { name, role: next }, texts.roleTitle(name, texts.roles[next] ?? next))}
          />
        </>
      ) : (
        <p class="faint">{texts.fileHint}</p>
      )}
      <Line label={texts.identity} action={texts.link} suggested={guestChoices(page?.guests ?? [])} take={link} />
      {source === "store" && others.length > 0 ? <Line label={texts.mergeLabel} action={texts.merge} choices={others} take={merge} /> : null}
    </Dialog>
  );
}
