import { render } from "preact";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/sidebar.css";
import "./styles/transcript.css";
import "./styles/prose.css";
import "./styles/composer.css";
import { AppContext, createApp } from "./app.ts";
import { createMarkdown } from "./markdown.ts";
import { MarkdownContext } from "./parts/prose.tsx";
import { Page } from "./parts/page.tsx";
import { applyTheme, firstLanguage } from "./store.ts";
import { speak } from "./speak.ts";
import type { Spoken } from "./speak.ts";
import { en } from "./texts.ts";

function show(spoken: Spoken): void {
  const app = createApp(spoken);
  applyTheme(app.store.theme.value);
  const root = document.getElementById("app");
  if (root === null) throw new Error("The page has no #app.");
  render(
    <AppContext.Provider value={app}>
      <MarkdownContext.Provider value={createMarkdown()}>
        <Page />
      </MarkdownContext.Provider>
    </AppContext.Provider>,
    root,
  );
}

// A language that cannot be fetched is no reason to show nothing.
speak(firstLanguage()).then(show, () => show({ language: "en", texts: en }));
