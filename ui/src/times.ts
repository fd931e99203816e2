import type { Texts } from "./texts.ts";

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** The person's own variant of the page's language: a British browser gets its 24 hours. */
export function localeOf(language: string): string {
  return navigator.languages.find((locale) => locale.toLowerCase().startsWith(language)) ?? language;
}

/** "3 min. ago"; within the last minute "now". Times are ms since 1970. */
export function ago(at: number, now: number, language: string, texts: Texts): string {
  const past = Math.max(0, now - at);
  const unit = UNITS.find(([, ms]) => past >= ms);
  if (!unit) return texts.now;
  return new Intl.RelativeTimeFormat(localeOf(language), { style: "narrow", numeric: "auto" }).format(-Math.floor(past / unit[1]), unit[0]);
}

export function clock(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { hour: "2-digit", minute: "2-digit" }).format(at);
}

export function day(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { weekday: "long", day: "numeric", month: "long" }).format(at);
}

export function dateTime(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" }).format(at);
}

export function compact(tokens: number, language: string): string {
  return new Intl.NumberFormat(localeOf(language), { notation: "compact", maximumFractionDigits: 1 }).format(tokens);
}
