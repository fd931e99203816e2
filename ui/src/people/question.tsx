import { useSignal } from "@preact/signals";
import { useApp } from "../app.ts";
import { useDeeds } from "./deeds.ts";
import { Dialog } from "../parts/dialog.tsx";
import { useSessionName } from "./naming.ts";
import type { Question } from "./people.ts";
import { PlanView } from "./plan.tsx";
import type { Proposal } from "./wire.ts";
import { peopleTexts } from "./texts.ts";

/** Which conversation somebody gets, and who else speaks there. */
function Shared({ proposal: { sessionKey, shares } }: { readonly proposal: Proposal }) {
  const { store } = useApp();
  const texts = peopleTexts(store);
  const name = useSessionName();
  if (sessionKey === undefined) return null;
  return (
    <div class="plan">
      <p>{texts.gets(name(sessionKey))}</p>
      {shares === undefined ? null : <p class={shares.length > 0 ? "warning" : "faint"}>{shares.length > 0 ? texts.sharesWith(shares.join(", ")) : texts.sharesNobody}</p>}
    </div>
  );
}

function Asked({ question }: { readonly question: Question }) {
  const { store, people } = useApp();
  const deeds = useDeeds();
  const texts = peopleTexts(store);
  const busy = useSignal(false);
  const close = (): void => void (people.store.question.value = null);
  const answer = (): void => {
    busy.value = true;
    const work = question.kind === "sure" ? deeds.propose(question) : deeds.agree(question.change);
    void work.finally(() => (busy.value = false));
  };
  const isSure = question.kind === "sure";
  return (
    <Dialog title={isSure ? question.title : question.change.title} onClose={close}>
      {isSure ? <p>{question.text}</p> : <Shared proposal={question.proposal} />}
      {!isSure && question.proposal.plan ? <PlanView plan={question.proposal.plan} /> : null}
      <p class="dialog-foot">
        <button type="button" class="soft" onClick={close}>
          {texts.cancel}
        </button>
        <button type="button" class="strong" disabled={busy.value} onClick={answer}>
          {isSure ? question.label : texts.agree}
        </button>
      </p>
    </Dialog>
  );
}

/** What is asked of the owner at the moment, if anything. */
export function QuestionDialog() {
  const question = useApp().people.store.question.value;
  return question === null ? null : <Asked question={question} />;
}
