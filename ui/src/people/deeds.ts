import { batch } from "@preact/signals";
import { useApp } from "../app.ts";
import type { App } from "../app.ts";
import { wordsOf } from "../requests.ts";
import type { Change, Question, Told } from "./people.ts";
import type { Between, Proposal } from "./wire.ts";

/** What the owner can do about people. */
export interface Deeds {
  propose(change: Change): Promise<void>;
  /** After the owner's yes. */
  agree(change: Change): Promise<void>;
  /** Does what needs no plan; `title` says it when it is done. */
  act(method: string, params: object, title: string): Promise<void>;
  between(a: string, b: string): Promise<Between | null>;
}

/** What the owner says yes to is what was shown; anything newer is refused. */
function shown(question: Question | null, change: Change): Change {
  const planId = question?.kind === "proposal" ? question.proposal.plan?.id : undefined;
  return { ...change, params: { ...change.params, planId } };
}

function createDeeds({ store, people: { store: people, refresh }, life }: Pick<App, "store" | "people" | "life">): Deeds {
  function tell(told: Told): void {
    batch(() => {
      people.question.value = null;
      people.told.value = told;
      if (told.kind === "good") store.announced.value = told.text;
    });
    refresh();
  }

  function done(title: string): void {
    tell({ kind: "good", text: store.texts.value.people.done(title) });
  }

  /** Whatever the gateway refuses is told where the owner looks. */
  async function attempt<Answer>(method: string, params: object, take: (answer: Answer) => void): Promise<void> {
    try {
      take(await life.ask<Answer>(method, params));
    } catch (error) {
      tell({ kind: "bad", text: wordsOf(error) });
    }
  }

  function decide(change: Change, approve: boolean): Promise<void> {
    return attempt<Proposal>(change.method, { ...change.params, approve }, (proposal) => {
      if (proposal.applied) done(change.title);
      else people.question.value = { kind: "proposal", change, proposal };
    });
  }

  return {
    propose: (change) => decide(change, false),
    agree: (change) => decide(shown(people.question.value, change), true),
    act: (method, params, title) => attempt(method, params, () => done(title)),
    async between(a, b) {
      const found: { answer: Between | null } = { answer: null };
      await attempt<Between>("audience.between", { a, b }, (answer) => (found.answer = answer));
      return found.answer;
    },
  };
}

export function useDeeds(): Deeds {
  return createDeeds(useApp());
}
