import { useApp } from "../app.ts";
import { useSessionName } from "./naming.ts";
import type { Plan, PlannedSession } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

function Row({ session }: { readonly session: PlannedSession }) {
  const { store } = useApp();
  const texts = store.texts.value;
  const name = useSessionName();
  return (
    <tr title={session.words}>
      <td>{name(session.key)}</td>
      <td>
        <span class="tag">{peopleTexts(store).actions[session.action] ?? session.action}</span>
        {session.to.map(({ key, messages, speakers }) => (
          <span class="plan-to" key={key} title={key}>
            → {name(key)}
            {session.to.length > 1 ? <span class="faint"> · {[texts.messages(messages), speakers.join(", ")].filter(Boolean).join(" · ")}</span> : null}
          </span>
        ))}
      </td>
      <td class="number">{session.messages}</td>
    </tr>
  );
}

/** More of them are counted, so that the buttons stay in sight. */
const SHOWN = 8;

/** What a change would do: its words, who would newly read what, and what becomes of the conversations. */
export function PlanView({ plan }: { readonly plan: Plan }) {
  const texts = peopleTexts(useApp().store);
  const changed = plan.sessions.filter(({ action }) => action !== "stay");
  return (
    <div class="plan">
      {plan.lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {plan.readers.length > 0 ? (
        <div class="warning" role="alert">
          <strong>{texts.readers}</strong>
          <ul>
            {plan.readers.slice(0, SHOWN).map(({ words }) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
          {plan.readers.length > SHOWN ? <p>{texts.moreReaders(plan.readers.length - SHOWN)}</p> : null}
        </div>
      ) : null}
      {changed.length > 0 ? (
        <div class="wide" tabIndex={0} role="group" aria-label={texts.moves}>
          <table>
            <thead>
              <tr>
                <th>{texts.sessionColumn}</th>
                <th>{texts.actionColumn}</th>
                <th class="number">{texts.messagesColumn}</th>
              </tr>
            </thead>
            <tbody>
              {changed.map((session) => (
                <Row key={session.key} session={session} />
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </div>
  );
}
