/** The languages that the gateway itself speaks; an agent speaks whatever its model does. */
export const LANGUAGES = ["en", "zh"] as const;

export type Language = (typeof LANGUAGES)[number];
