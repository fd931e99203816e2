import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { Badge } from "../parts/badge.tsx";
import { ago } from "../times.ts";
import { SessionLinks } from "./known.tsx";
import { nameOf, shortIdentity } from "./naming.ts";
import { Part } from "./part.tsx";
import { WhoDialog } from "./who.tsx";
import type { Guest } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

function GuestRow({ guest }: { readonly guest: Guest }) {
  const { store } = useApp();
  const deeds = useDeeds();
  const all = store.texts.value;
  const texts = peopleTexts(store);
  const choosing = useSignal(false);
  const { identity, channel, displayName, messages, lastAt, sessions } = guest;
  const link = (name: string): void => void deeds.propose({ method: "people.link", params: { identity, name }, title: texts.linkTitle(nameOf(guest), name) });
  return (
    <li class="card">
      <p class="card-head">
        <Badge channel={channel} />
        {displayName ? <strong>{displayName}</strong> : null}
        <code>{shortIdentity(guest)}</code>
        <button type="button" class="link" aria-label={`${texts.link} ${nameOf(guest)}`} onClick={() => (choosing.value = true)}>
          {texts.linkGuest}
        </button>
      </p>
      <p class="card-facts">
        <span>{all.messages(messages)}</span>
        {lastAt === null ? null : <span>{texts.lastSpoke(ago(lastAt, Date.now(), store.language.value, all))}</span>}
      </p>
      <SessionLinks keys={sessions} />
      {choosing.value ? <WhoDialog take={link} onClose={() => (choosing.value = false)} /> : null}
    </li>
  );
}

/** Those who spoke and are linked to nobody. */
export function Guests() {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const page = people.store.page.value;
  if (page === null) return null;
  return (
    <Part title={texts.guests}>
      {page.guests.length === 0 ? <p class="faint">{texts.noGuests}</p> : null}
      <ul class="cards">
        {page.guests.map((guest) => (
          <GuestRow key={guest.identity} guest={guest} />
        ))}
      </ul>
    </Part>
  );
}
