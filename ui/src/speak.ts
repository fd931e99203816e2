import { en } from "./texts.ts";
import type { Texts } from "./texts.ts";

export type Language = "en" | "zh";

/** What the page speaks. */
export interface Spoken {
  readonly language: Language;
  readonly texts: Texts;
}

/** English is there; another language is fetched when it is spoken. */
export async function speak(language: Language): Promise<Spoken> {
  return { language, texts: language === "zh" ? (await import("./texts.zh.ts")).zh : en };
}
