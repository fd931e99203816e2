import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../app.ts";
import type { App } from "../app.ts";
import { sessionName } from "../names.ts";
import { Badge } from "../parts/badge.tsx";
import { wordsOf } from "../requests.ts";
import { Dialog } from "../parts/dialog.tsx";
import { dateTime } from "../times.ts";
import { openAt } from "./places.tsx";
import { lifeTexts } from "./texts.ts";

interface Hit {
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly seq: number;
  readonly entryId: string;
  readonly role: string;
  readonly at: number;
  readonly channel: string;
  readonly senderName: string | null;
  readonly excerpt: string;
  readonly marks: readonly { readonly start: number; readonly end: number }[];
}

interface Answer {
  readonly hits: readonly Hit[];
  readonly cursor: string | null;
  readonly missingBefore: number | null;
}

const TYPING_MS = 180;
const PAGE = 30;

/** The excerpt with what was found marked. */
function Excerpt({ excerpt, marks }: Hit) {
  const pieces = marks.flatMap(({ start, end }, at) => [excerpt.slice(at === 0 ? 0 : marks[at - 1]?.end, start), <mark key={start}>{excerpt.slice(start, end)}</mark>]);
  return (
    <span class="hit-text">
      {pieces}
      {excerpt.slice(marks.at(-1)?.end ?? 0)}
    </span>
  );
}

function HitLine({ hit, choose }: { readonly hit: Hit; choose(): void }) {
  const { store } = useApp();
  const texts = store.texts.value;
  return (
    <li>
      <button type="button" class="hit" onClick={choose}>
        <span class="hit-head">
          <strong>{hit.role === "user" ? (hit.senderName ?? texts.you) : texts.assistant}</strong>
          <Badge channel={hit.channel} />
          <time>{dateTime(hit.at, store.language.value)}</time>
        </span>
        <Excerpt {...hit} />
      </button>
    </li>
  );
}

/** The best first; under each session what was found there. */
function bySession(hits: readonly Hit[]): readonly (readonly [string, readonly Hit[]])[] {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) groups.set(hit.sessionKey, [...(groups.get(hit.sessionKey) ?? []), hit]);
  return [...groups];
}

interface Looking {
  readonly query: Signal<string>;
  readonly here: Signal<boolean>;
  readonly answer: Signal<Answer | null>;
  readonly failed: Signal<string | null>;
  readonly composing: Signal<boolean>;
  more(): Promise<void>;
}

/** Asks while one types; words that are still being composed are waited for. */
function useLooking({ store, life }: App): Looking {
  const query = useSignal("");
  const here = useSignal(false);
  const answer = useSignal<Answer | null>(null);
  const failed = useSignal<string | null>(null);
  const composing = useSignal(false);
  const asked = useRef(0);
  const ask = (cursor?: string): Promise<Answer> =>
    life.ask<Answer>("sessions.search", { query: query.value, limit: PAGE, ...(here.value ? { key: store.selected.value } : {}), ...(cursor === undefined ? {} : { cursor }) });
  const look = async (): Promise<void> => {
    const turn = (asked.current += 1);
    if (query.value.trim() === "") return void (answer.value = null);
    try {
      const found = await ask();
      if (turn !== asked.current) return;
      [answer.value, failed.value] = [found, null];
    } catch (error) {
      if (turn === asked.current) failed.value = wordsOf(error);
    }
  };
  useEffect(() => {
    if (composing.value) return;
    const timer = setTimeout(() => void look(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [query.value, here.value, composing.value]);
  return {
    ...{ query, here, answer, failed, composing },
    async more() {
      const known = answer.value;
      if (known?.cursor === null || known?.cursor === undefined) return;
      const turn = asked.current;
      const next = await ask(known.cursor);
      if (turn === asked.current) answer.value = { ...next, hits: [...known.hits, ...next.hits] };
    },
  };
}

function Field({ query, here, composing }: Looking) {
  const { store } = useApp();
  const texts = lifeTexts(store);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const type = (value: string): void => void (query.value = value);
  return (
    <div class="search-head">
      <input
        class="field"
        type="search"
        ref={field}
        aria-label={texts.searchHint}
        placeholder={texts.searchHint}
        maxLength={500}
        enterkeyhint="search"
        value={query.value}
        onCompositionStart={() => (composing.value = true)}
        onCompositionEnd={(event) => {
          type(event.currentTarget.value);
          composing.value = false;
        }}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <fieldset class="choice">
        <legend class="hidden">{texts.searchWhere}</legend>
        {[false, true].map((value) => (
          <label key={String(value)}>
            <input type="radio" name="where" checked={here.value === value} onChange={() => (here.value = value)} />
            <span>{value ? texts.searchHere : texts.searchAll}</span>
          </label>
        ))}
      </fieldset>
    </div>
  );
}

/** With the arrow keys from the field through what was found. */
function onArrow(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (by === 0 || event.isComposing || !(event.currentTarget instanceof HTMLElement)) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input[type=search], .hit")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (at === -1) return;
  event.preventDefault();
  stops[Math.max(0, Math.min(stops.length - 1, at + by))]?.focus();
}

/** Looks for what was said, here or everywhere, and leads there. */
export function Search({ onClose }: { onClose(): void }) {
  const app = useApp();
  const { store } = app;
  const texts = lifeTexts(store);
  const looking = useLooking(app);
  const { answer, failed } = looking;
  const agent = store.hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  const nameOf = (key: string): string => sessionName(store.sessions.value.find((row) => row.key === key) ?? { key }, agent, store.texts.value);
  const choose = (hit: Hit): void => {
    onClose();
    app.turnTo(hit.sessionKey);
    openAt(app, { key: hit.sessionKey, sessionId: hit.sessionId, seq: hit.seq }).catch(console.warn);
  };
  const found = answer.value;
  return (
    <Dialog title={store.texts.value.life.search} onClose={onClose} wide>
      <div onKeyDown={onArrow}>
        <Field {...looking} />
        {failed.value === null ? null : <p role="alert">{failed.value}</p>}
        <p class="hidden" role="status">
          {found === null ? "" : found.hits.length === 0 ? texts.searchNone : texts.found(found.hits.length)}
        </p>
        {found === null ? <p class="faint search-none">{texts.searchStart}</p> : null}
        {found?.hits.length === 0 ? <p class="faint search-none">{texts.searchNone}</p> : null}
        {bySession(found?.hits ?? []).map(([key, hits]) => (
          <section key={key} class="hits">
            <h3>{nameOf(key)}</h3>
            <ul>
              {hits.map((hit) => (
                <HitLine key={hit.entryId} hit={hit} choose={() => choose(hit)} />
              ))}
            </ul>
          </section>
        ))}
        {found?.cursor ? (
          <button type="button" class="more" onClick={() => void looking.more().catch(console.warn)}>
            {texts.more}
          </button>
        ) : null}
        {found !== null && found.missingBefore !== null ? <p class="faint">{texts.searchMissing}</p> : null}
      </div>
    </Dialog>
  );
}
