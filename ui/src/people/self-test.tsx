import { useApp } from "../app.ts";
import { Part } from "./part.tsx";
import { peopleTexts } from "./texts.ts";

/** What the marker of each person was looked for in, and whether it was ever found where it must not be. */
export function SelfTest() {
  const { store, people } = useApp();
  const canary = people.store.canary.value;
  if (canary === null) return null;
  const texts = peopleTexts(store);
  return (
    <Part title={texts.selfTest} count={canary.breaches}>
      <p class={canary.breaches === 0 ? "faint" : "told bad"}>{texts.selfTestFound(canary.requests, canary.breaches)}</p>
    </Part>
  );
}
