import type { SessionChoices } from "../../domain/session.ts";
import { choose, readChoices } from "../../sessions/choices.ts";
import type { TextKey } from "../../texts/index.ts";
import { shown, type Answer, type Asked } from "./asked.ts";

/** What each word sets; null takes the choice back. */
type Words<Name extends keyof SessionChoices> = Readonly<Record<string, NonNullable<SessionChoices[Name]> | null>>;

interface Choosing<Name extends keyof SessionChoices> {
  readonly name: Name;
  readonly words: Words<Name>;
  /** The word for what holds while nothing is chosen. */
  readonly unset: string;
  /** What is said once it is set to `value`. */
  said(asked: Asked, value: string): string;
}

/** A command that sets one of the session's choices, and shows it where nothing stands behind it. */
function choosing<Name extends keyof SessionChoices>({ name, words, unset, said }: Choosing<Name>): Answer {
  const options = Object.keys(words).join(", ");
  return (parts, asked) =>
    parts.store.transaction(async (tx) => {
      const word = asked.rest.trim().toLowerCase();
      const { sessionKey } = asked.turn;
      if (word === "") {
        const chosen = (await readChoices(tx, sessionKey))[name];
        const value = Object.keys(words).find((one) => chosen !== undefined && words[one] === chosen) ?? unset;
        return asked.say("choice.current", { value, options });
      }
      if (!Object.hasOwn(words, word)) return asked.say("choice.unknown", { value: shown(word), options });
      await choose(tx, sessionKey, { [name]: words[word] ?? null });
      return said(asked, word);
    }, asked.turn.sessionKey);
}

/** The words are the values themselves. */
function same<Value extends string>(...values: readonly Value[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(values.map((value) => [value, value]));
}

const says =
  (key: Extract<TextKey, "verbose.set" | "usage.set" | "send.set">) =>
  ({ say }: Asked, value: string): string =>
    say(key, { value });

/** `/think off|minimal|low|medium|high`: passed to the model, where it can. */
export const think = choosing({
  name: "thinking",
  words: { ...same("off", "minimal", "low", "medium", "high"), default: null },
  unset: "default",
  said: ({ say }, value) => (value === "default" ? say("think.reset") : say("think.set", { value })),
});

export const verbose = choosing({ name: "verbose", words: same("off", "on", "full"), unset: "off", said: says("verbose.set") });

export const usage = choosing({ name: "usage", words: same("off", "tokens", "full"), unset: "off", said: says("usage.set") });

/** `/activation mention|always`: kept everywhere, and in force in rooms. */
export const activation = choosing({
  name: "activation",
  words: { ...same("mention", "always"), default: null },
  unset: "default",
  said: ({ say, item }, value) => say(item.message.chatKind === "dm" ? "activation.dm" : "activation.set", { value }),
});

/** `/send on|off|inherit` (spec 5.6). */
export const send = choosing({ name: "send", words: { on: "allow", off: "deny", inherit: null }, unset: "inherit", said: says("send.set") });
