import { ContinuoError } from "../../domain/errors.ts";
import type { GatewayEvent } from "../gateway-client.ts";
import type { Choice, Prompter } from "../prompter.ts";
import { fakeCli, type FakeCli, type FakeOptions } from "./fake-cli.ts";

type Params = Readonly<Record<string, unknown>>;
export type FakeOperation = (params: Params, onEvent?: (event: GatewayEvent) => void) => unknown;

export interface WritingOptions {
  /** The operations by their names, on the store opened for reading as well as for writing. */
  readonly operations?: Readonly<Record<string, FakeOperation>>;
  /** Somebody sits at the terminal and answers so, in this order; null leaves the question. Absent: no terminal. */
  readonly answers?: readonly (boolean | string | null)[];
  /** Who holds the lock of the state directory, where somebody does. */
  readonly locked?: string;
  readonly cli?: FakeOptions;
}

export interface WritingCli extends Pick<FakeCli, "stdout" | "stderr" | "json" | "remove"> {
  /** What was asked of the store, `write` under its lock. */
  readonly calls: readonly { readonly how: "read" | "write"; readonly method: string; readonly params: Params }[];
  readonly questions: readonly { readonly question: string; readonly choices?: readonly Choice<string>[] }[];
  run(...argv: string[]): Promise<number>;
}

/** Answers that were thought of before; a question too many is an error of the test. */
function scripted(answers: readonly (boolean | string | null)[], questions: { question: string; choices?: readonly Choice<string>[] }[]): Prompter {
  const next = <Answer>(question: string, choices?: readonly Choice<string>[]): Promise<Answer | null> => {
    if (questions.length >= answers.length) throw new Error(`No answer was thought of for: ${question}`);
    questions.push(choices === undefined ? { question } : { question, choices });
    return Promise.resolve(answers[questions.length - 1] as Answer | null);
  };
  return { confirm: (question) => next(question), select: (question, choices) => next(question, choices), text: (question) => next(question) };
}

/** The commands that change things, on operations and with a person that the test makes up. */
export function writingCli({ operations = {}, answers, locked, cli: options = {} }: WritingOptions = {}): WritingCli {
  const calls: { how: "read" | "write"; method: string; params: Params }[] = [];
  const questions: { question: string; choices?: readonly Choice<string>[] }[] = [];
  const run = (how: "read" | "write", method: string, params: object, onEvent?: (event: GatewayEvent) => void): unknown => {
    calls.push({ how, method, params: { ...params } });
    const operation = operations[method];
    if (operation === undefined) throw new ContinuoError("REQUEST_INVALID", `There is no operation ${method}.`);
    return operation({ ...params }, onEvent);
  };
  const tty = answers === undefined ? {} : { stdinIsTTY: true, stdoutIsTTY: true, env: { NO_COLOR: "1" } };
  const write: FakeOptions["write"] = async (onEvent) => {
    if (locked !== undefined) throw new ContinuoError("STATE_LOCKED", locked);
    return (method, params) => run("write", method, params, onEvent);
  };
  const cli = fakeCli({ ...options, local: (method, params) => run("read", method, params), write, terminal: { ...tty, ...options.terminal }, prompter: scripted(answers ?? [], questions) });
  return { stdout: cli.stdout, stderr: cli.stderr, json: cli.json, remove: cli.remove, calls, questions, run: cli.run };
}

/** A plan of the wire: nothing in it but what the test says. */
export function planRow(parts: object = {}): object {
  return { id: "p1", cause: "people", mode: "repartition", settings: [], sessions: [], stays: 0, moves: 0, splits: 0, merges: 0, messages: 0, readers: [], lines: [], ...parts };
}

/** Alice's messages leave the shared conversation, and Bob would newly see them. */
export const ALICE_MOVES = planRow({
  id: "p2",
  sessions: [
    { key: "agent:main:main", action: "split", messages: 120, to: [{ key: "agent:main:person:Alice", messages: 120, speakers: ["Alice"] }], words: "" },
    { key: "agent:main:work", action: "stay", messages: 3, to: [], words: "" },
  ],
  stays: 14,
  splits: 1,
  messages: 120,
  readers: [{ reader: "Bob", author: "Alice", messages: 120, session: "agent:main:person:Alice", words: "" }],
});
