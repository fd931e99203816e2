import type { Language } from "../domain/language.ts";
import { en } from "./en.ts";
import { zh } from "./zh.ts";

type English = typeof en;

export type TextKey = keyof English;

/** `{name}`, and `{count|one|many}`, which is the word that fits the number. */
type NameIn<Slot extends string> = Slot extends `${infer Name}|${string}` ? Name : Slot;
type NamesIn<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}` ? NameIn<Slot> | NamesIn<Rest> : never;

type Values<Key extends TextKey> = { readonly [Name in NamesIn<English[Key]>]: string | number };
type ValuesOf<Key extends TextKey> = [NamesIn<English[Key]>] extends [never] ? [] : [values: Values<Key>];

const CATALOGUES: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, zh };

/** The text of a key with its values put in, each once: what a value says is never read as a place for another. */
function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (slot, name: string, one?: string, many?: string) => {
    const value = values[name];
    if (value === undefined) return slot;
    return one === undefined || many === undefined ? String(value) : Number(value) === 1 ? one : many;
  });
}

/** What the gateway itself says to somebody in a chat. */
export function say<Key extends TextKey>(language: Language, key: Key, ...[values]: ValuesOf<Key>): string {
  return fill(CATALOGUES[language][key], values ?? {});
}

/** `say` for one reader. */
export type Say = <Key extends TextKey>(key: Key, ...values: ValuesOf<Key>) => string;

export function sayIn(language: Language): Say {
  return (key, ...values) => say(language, key, ...values);
}
