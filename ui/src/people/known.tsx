import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { Badge } from "../parts/badge.tsx";
import { ago, dateTime } from "../times.ts";
import { EditDialog } from "./edit.tsx";
import { nameOf, shortIdentity, useSessionName } from "./naming.ts";
import { Part } from "./part.tsx";
import { identityOf } from "./wire.ts";
import type { Person, ProvedIdentity } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

const PAGE = 200;

function IdentityRow({ identity, person }: { readonly identity: ProvedIdentity; readonly person: Person }) {
  const { store } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const { channel, displayName, provedBy, provedAt } = identity;
  const ref = identityOf(identity);
  const when = provedAt === null ? undefined : dateTime(provedAt, store.language.value);
  const unlink = (): void => void deeds.propose({ method: "people.unlink", params: { identity: ref }, title: texts.unlinkTitle(nameOf(identity), person.name) });
  return (
    <li class="identity">
      <Badge channel={channel} />
      {displayName ? <span>{displayName}</span> : null}
      <code>{shortIdentity(identity)}</code>
      <span class="tag" title={when}>
        {[texts.proofs[provedBy] ?? provedBy, when].filter(Boolean).join(" · ")}
      </span>
      {provedBy === "file" ? null : (
        <button type="button" class="link" aria-label={`${texts.unlink} ${ref}`} onClick={unlink}>
          {texts.unlink}
        </button>
      )}
    </li>
  );
}

/** Conversations by name; each leads there. */
export function SessionLinks({ keys }: { readonly keys: readonly string[] }) {
  const { select } = useApp();
  const name = useSessionName();
  if (keys.length === 0) return null;
  return (
    <p class="session-links">
      {keys.map((key) => (
        <button type="button" class="link" key={key} title={key} onClick={() => select(key)}>
          {name(key)}
        </button>
      ))}
    </p>
  );
}

function PersonCard({ person }: { readonly person: Person }) {
  const { store } = useApp();
  const all = store.texts.value;
  const texts = peopleTexts(store);
  const editing = useSignal(false);
  const { name, role, source, identities, sessions, messages, lastAt } = person;
  return (
    <li class="card">
      <p class="card-head">
        <strong>{name}</strong>
        <span class={role === "owner" ? "tag strong" : "tag"}>{texts.roles[role] ?? role}</span>
        {source === "store" ? null : <span class="tag">{texts.inFile}</span>}
        <button type="button" class="link" aria-label={texts.editTitle(name)} onClick={() => (editing.value = true)}>
          {texts.edit}
        </button>
      </p>
      <ul>
        {identities.map((identity) => (
          <IdentityRow key={identityOf(identity)} identity={identity} person={person} />
        ))}
      </ul>
      <p class="card-facts">
        <span>{all.messages(messages)}</span>
        {lastAt === null ? null : <span>{texts.lastSpoke(ago(lastAt, Date.now(), store.language.value, all))}</span>}
      </p>
      <SessionLinks keys={sessions} />
      {editing.value ? <EditDialog person={person} onClose={() => (editing.value = false)} /> : null}
    </li>
  );
}

export function KnownPeople() {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const page = people.store.page.value;
  if (page === null) return null;
  return (
    <Part title={texts.people}>
      {page.people.length === 0 ? <p class="faint">{texts.nobody}</p> : null}
      <ul class="cards">
        {page.people.map((person) => (
          <PersonCard key={person.name} person={person} />
        ))}
      </ul>
      {page.hasMore ? <p class="faint">{texts.more(PAGE)}</p> : null}
    </Part>
  );
}
