import { useApp } from "../app.ts";
import { setLanguage, setTheme } from "../store.ts";
import type { Theme } from "../store.ts";
import { ConnectionLine } from "./connection-line.tsx";
import { Icon } from "./icons.tsx";

const THEMES: readonly (readonly [Theme, "auto" | "sun" | "moon"])[] = [
  ["auto", "auto"],
  ["light", "sun"],
  ["dark", "moon"],
];

export function Preferences() {
  const { store } = useApp();
  const texts = store.texts.value;
  const names = { auto: texts.themeAuto, light: texts.themeLight, dark: texts.themeDark };
  return (
    <footer class="preferences">
      <ConnectionLine retry={false} />
      <div class="preferences-line">
        <fieldset class="themes">
          <legend class="hidden">{texts.theme}</legend>
          {THEMES.map(([theme, icon]) => (
            <label key={theme} title={names[theme]}>
              <input type="radio" name="theme" value={theme} checked={store.theme.value === theme} onChange={() => setTheme(store, theme)} />
              <Icon name={icon} />
              <span class="hidden">{names[theme]}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" class="quiet" aria-label={texts.languageLabel} title={texts.languageLabel} onClick={() => void setLanguage(store, store.language.value === "en" ? "zh" : "en").catch(console.warn)}>
          <Icon name="globe" />
        </button>
      </div>
    </footer>
  );
}
