import "../styles/people.css";
import { useApp } from "../app.ts";
import { MenuButton, Outage } from "../parts/header.tsx";
import { Icon } from "../parts/icons.tsx";
import { Guests } from "./guests.tsx";
import { KnownPeople } from "./known.tsx";
import { Picture } from "./picture.tsx";
import { QuestionDialog } from "./question.tsx";
import { SelfTest } from "./self-test.tsx";
import { Waiting } from "./waiting.tsx";
import { peopleTexts } from "./texts.ts";

/** How the last thing that was done here went. */
function ToldLine() {
  const { store, people } = useApp();
  const told = people.store.told.value;
  if (told === null) return null;
  return (
    <div class={`told ${told.kind}`}>
      <p role={told.kind === "bad" ? "alert" : undefined}>{told.text}</p>
      <button type="button" class="quiet" aria-label={peopleTexts(store).close} onClick={() => (people.store.told.value = null)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Who is who, who waits to be let in, and who shares with whom. */
export function PeopleView() {
  const texts = peopleTexts(useApp().store);
  return (
    <>
      <header class="header">
        <MenuButton />
        <div class="title">
          <h1>{texts.title}</h1>
        </div>
        <Outage />
      </header>
      <div class="scroller" id="people-content" tabIndex={-1}>
        <div class="people">
          <ToldLine />
          <Waiting />
          <KnownPeople />
          <Picture />
          <Guests />
          <SelfTest />
        </div>
      </div>
      <QuestionDialog />
    </>
  );
}
