import type { CliDeps, Terminal } from "./deps.ts";
import { withoutControls } from "./display-width.ts";
import { failure } from "./failure.ts";
import type { Choice, Prompter } from "./prompter.ts";

/** A person left a question: nothing more is done, and the exit code is 130 (`leavable`). */
export class Cancelled extends Error {
  constructor() {
    super("The question was left.");
    this.name = "Cancelled";
  }
}

/**
 * Questions for the person at the terminal. `flag` is what says the same on the command line: where nobody can be
 * asked the question is an error that names it. Throws Cancelled when it is left.
 */
export interface Ask {
  /** Somebody is there: both ends are a terminal, and no script reads along. */
  readonly interactive: boolean;
  confirm(question: string, flag: string): Promise<boolean>;
  select<Value extends string>(question: string, choices: readonly Choice<Value>[], flag: string): Promise<Value>;
  /** An answer that is not empty, its edges trimmed. */
  text(question: string, flag: string): Promise<string>;
}

/** The questions of @clack/prompts, which is loaded with the first one. */
export function clackPrompter({ stdin: input, stdout: output }: Pick<Terminal, "stdin" | "stdout">): Prompter {
  const load = () => import("@clack/prompts");
  return {
    async confirm(message) {
      const { confirm, isCancel } = await load();
      const answer = await confirm({ message, initialValue: false, input, output });
      return isCancel(answer) ? null : answer;
    },
    async select(message, choices) {
      const { isCancel, select } = await load();
      const answer = await select({ message, options: choices.map((choice) => ({ ...choice })), maxItems: 10, input, output });
      return isCancel(answer) ? null : answer;
    },
    async text(message, check) {
      const { isCancel, text } = await load();
      const answer = await text({ message, validate: (value) => check(value ?? "") ?? undefined, input, output });
      return isCancel(answer) ? null : answer;
    },
  };
}

function answered<Value>(answer: Value | null): Value {
  if (answer === null) throw new Cancelled();
  return answer;
}

/** `prompter` stands in for the terminal's own questions in tests. `json`: a script reads stdout, so nobody is asked. */
export function askAt({ terminal }: Pick<CliDeps, "terminal">, json: boolean, prompter: Prompter = clackPrompter(terminal)): Ask {
  const interactive = terminal.stdinIsTTY && terminal.stdoutIsTTY && !json;
  const mustBeAsked = (question: string, flag: string): void => {
    if (interactive) return;
    const where = json ? "With --json nobody is asked" : "There is no terminal to ask at";
    throw failure("REQUEST_INVALID", `${where}: ${withoutControls(question)}`, `Say it on the command line: ${flag}.`);
  };
  return {
    interactive,
    async confirm(question, flag) {
      mustBeAsked(question, flag);
      return answered(await prompter.confirm(withoutControls(question)));
    },
    async select(question, choices, flag) {
      mustBeAsked(question, flag);
      const shown = choices.map(({ label, ...choice }) => ({ ...choice, label: withoutControls(label) }));
      const answer = answered(await prompter.select(withoutControls(question), shown));
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) throw new Cancelled();
      return chosen.value;
    },
    async text(question, flag) {
      mustBeAsked(question, flag);
      const check = (answer: string) => (answer.trim() === "" ? "Something has to stand here." : null);
      return answered(await prompter.text(withoutControls(question), check)).trim();
    },
  };
}
