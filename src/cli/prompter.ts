export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** Shown beside the choice that the cursor is on. */
  readonly hint?: string;
}

/** How questions are put; each answers null when the person leaves it with Ctrl-C or Escape. */
export interface Prompter {
  confirm(question: string): Promise<boolean | null>;
  select(question: string, choices: readonly Choice<string>[]): Promise<string | null>;
  text(question: string, check: (answer: string) => string | null): Promise<string | null>;
}
