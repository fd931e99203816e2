import { useSignal } from "@preact/signals";
import DOMPurify from "dompurify";
import { useLayoutEffect, useMemo } from "preact/hooks";
import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { guestChoices } from "./edit.tsx";
import { Part } from "./part.tsx";
import type { Choice } from "./who.tsx";
import type { Between } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

const STYLES = /<style[^>]*>([^<]*)<\/style>/g;
const ROOT_STYLE = /^(<svg[^>]*?) style="[^"]*"/;

/**
 * Drawn shapes and words alone: nothing that runs, loads, links or covers the page. Styles are taken out before it is
 * parsed, because the page's policy complains about each of them.
 */
function clean(svg: string): string {
  const bare = svg.replace(STYLES, "").replace(ROOT_STYLE, "$1");
  return DOMPurify.sanitize(bare, { USE_PROFILES: { svg: true }, FORBID_TAGS: ["style", "a", "image"], FORBID_ATTR: ["style"] });
}

/** The picture's own rules, which stand in front of every name in it. The policy lets the page itself add them. */
function useRules(svg: string): void {
  useLayoutEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(svg.matchAll(STYLES).next().value?.[1] ?? "");
    document.adoptedStyleSheets.push(sheet);
    return () => void (document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet));
  }, [svg]);
}

function Drawing({ svg }: { readonly svg: string }) {
  const { store } = useApp();
  useRules(svg);
  const html = useMemo(() => clean(svg), [svg]);
  return <div class="picture" tabIndex={0} role="group" aria-label={peopleTexts(store).mapLabel} dangerouslySetInnerHTML={{ __html: html }} />;
}

function Choose({ label, value, choices, take }: { readonly label: string; readonly value: string; readonly choices: readonly Choice[]; take(value: string): void }) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onInput={(event) => take(event.currentTarget.value)}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label ?? choice.value}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Whether two of them share anything, in words. */
function BetweenForm() {
  const { store, people } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const page = people.store.page.value;
  const pair = useSignal<readonly [string | null, string | null]>([null, null]);
  const found = useSignal<Between | null>(null);
  const choices = [...(page?.people ?? []).map(({ name }) => ({ value: name })), ...guestChoices(page?.guests ?? [])];
  const [one, other] = choices;
  if (one === undefined || other === undefined) return null;
  const a = pair.value[0] ?? one.value;
  const b = pair.value[1] ?? other.value;
  const choose = (next: readonly [string, string]): void => {
    pair.value = next;
    found.value = null;
  };
  const look = async (event: Event): Promise<void> => {
    event.preventDefault();
    const answer = await deeds.between(a, b);
    if (pair.value[0] === null || (pair.value[0] === a && pair.value[1] === b)) found.value = answer;
  };
  return (
    <form class="between" aria-label={texts.ask} onSubmit={(event) => void look(event)}>
      <Choose label={texts.first} value={a} choices={choices} take={(value) => choose([value, b])} />
      <Choose label={texts.second} value={b} choices={choices} take={(value) => choose([a, value])} />
      <button type="submit" class="soft" disabled={a === b}>
        {texts.look}
      </button>
      <div class="between-answer" role="status">
        {found.value ? <span class={found.value.shares ? "tag warn" : "tag strong"}>{found.value.shares ? texts.shares : texts.apart}</span> : null}
        {found.value?.lines.map((line) => <p key={line}>{line}</p>)}
      </div>
    </form>
  );
}

export function Picture() {
  const { store, people } = useApp();
  const texts = peopleTexts(store);
  const svg = people.store.picture.value;
  if (svg === null) return null;
  return (
    <Part title={texts.map}>
      {svg === "" ? <p class="faint">{texts.mapNone}</p> : <Drawing svg={svg} />}
      <BetweenForm />
    </Part>
  );
}
