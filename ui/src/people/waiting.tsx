import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { Badge } from "../parts/badge.tsx";
import { ago, dateTime } from "../times.ts";
import { nameOf, shortIdentity } from "./naming.ts";
import { PlanView } from "./plan.tsx";
import { Part } from "./part.tsx";
import { WhoDialog } from "./who.tsx";
import type { HeldReply, PairingRequest, WaitingChange } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

function Request({ request }: { readonly request: PairingRequest }) {
  const { store } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const language = store.language.value;
  const choosing = useSignal(false);
  const { channel, account, code, senderId, senderName } = request;
  const identity = { channel, account, peer: senderId, ...(senderName ? { displayName: senderName } : {}) };
  const name = nameOf(identity);
  const approve = (who: object, words: string): void => void deeds.propose({ method: "pairing.approve", params: { channel, code, who }, title: texts.sharesTitle(name, words) });
  return (
    <li class="card loud">
      <p class="card-head">
        <Badge channel={channel} />
        <strong>{name}</strong>
        <span>{texts.asksIn}</span>
      </p>
      <p class="card-facts">
        <code>{shortIdentity(identity)}</code>
        <code title={texts.code}>{code}</code>
        <span>{texts.asked(ago(request.createdAt, Date.now(), language, store.texts.value), dateTime(request.expiresAt, language))}</span>
      </p>
      <p class="card-actions">
        <button type="button" class="soft" onClick={() => approve({ kind: "me" }, texts.asMe)}>
          {texts.me}
        </button>
        <button type="button" class="soft" onClick={() => (choosing.value = true)}>
          {texts.person}
        </button>
        <button type="button" class="soft" onClick={() => approve({ kind: "guest" }, texts.asGuest)}>
          {texts.guest}
        </button>
        <button type="button" class="soft danger" onClick={() => void deeds.act("pairing.reject", { channel, code }, `${texts.reject} · ${name}`)}>
          {texts.reject}
        </button>
      </p>
      {choosing.value ? <WhoDialog take={(person) => approve({ kind: "person", name: person }, person)} onClose={() => (choosing.value = false)} /> : null}
    </li>
  );
}

function Held({ reply }: { readonly reply: HeldReply }) {
  const { store } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const { id, to, toWhom, reason, text, createdAt } = reply;
  const act = (method: string, label: string): void => void deeds.act(method, { id }, `${label} · ${toWhom}`);
  return (
    <li class="card loud">
      <p class="card-head">
        <Badge channel={to.channel} />
        <strong>{texts.heldFor(toWhom)}</strong>
      </p>
      <p class="card-facts">
        <span>{reason}</span>
        <time>{ago(createdAt, Date.now(), store.language.value, store.texts.value)}</time>
      </p>
      <blockquote>{text}</blockquote>
      <p class="card-actions">
        <button type="button" class="soft" onClick={() => act("outbox.release", texts.send)}>
          {texts.send}
        </button>
        <button type="button" class="soft danger" onClick={() => act("outbox.drop", texts.drop)}>
          {texts.drop}
        </button>
      </p>
    </li>
  );
}

function Change({ change }: { readonly change: WaitingChange }) {
  const { store } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  return (
    <li class="card loud">
      <p class="card-head">
        <strong>{change.cause === "config" ? texts.settings : texts.change}</strong>
      </p>
      <PlanView plan={change.plan} />
      <p class="card-facts">{texts.applyHint}</p>
      <p class="card-actions">
        <button type="button" class="strong" onClick={() => void deeds.act("changes.apply", { planId: change.plan.id }, texts.apply)}>
          {texts.apply}
        </button>
      </p>
    </li>
  );
}

function LastChange() {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const applied = people.store.changes.value?.changes.filter(({ state }) => state === "applied") ?? [];
  const last = applied.toSorted((a, b) => b.at - a.at)[0];
  if (last === undefined) return null;
  const undo = (): void => {
    people.store.question.value = { kind: "sure", method: "changes.rollback", params: { id: last.id }, title: texts.undoTitle, text: `${last.words} ${texts.undoText}`, label: texts.undo };
  };
  return (
    <p class="last-change">
      <span>
        {texts.lastChange} · {ago(last.at, Date.now(), store.language.value, store.texts.value)} · {last.words}
      </span>
      <button type="button" class="link" onClick={undo}>
        {texts.undo}
      </button>
    </p>
  );
}

/** What goes on only with the owner's word. */
export function Waiting() {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const { requests, held, changes, count } = people.store;
  const waiting = changes.value?.waiting;
  return (
    <Part title={texts.waiting} count={count.value}>
      {count.value === 0 ? <p class="faint">{texts.nothing}</p> : null}
      <ul class="cards">
        {requests.value?.map((request) => <Request key={`${request.channel}:${request.code}`} request={request} />)}
        {held.value?.map((reply) => <Held key={reply.id} reply={reply} />)}
        {waiting ? <Change change={waiting} /> : null}
      </ul>
      <LastChange />
    </Part>
  );
}
