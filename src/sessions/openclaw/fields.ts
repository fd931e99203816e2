/** What a file of somebody else's holds, read field by field: nothing in it is trusted to be there, or to be of its type. */
export type Fields = Readonly<Record<string, unknown>>;

export function asFields(value: unknown): Fields | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

export function textIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** A text, or a number as text: ids of platforms are written either way. */
export function idIn(fields: Fields, name: string): string | null {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) ? String(value) : textIn(fields, name);
}

export function countIn(fields: Fields, name: string): number | null {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? Math.round(value) : null;
}

/** Ms since 1970, given as such or as ISO 8601; null for anything else. */
export function timeOf(value: unknown): number | null {
  const ms = typeof value === "string" ? Date.parse(value) : value;
  return typeof ms === "number" && Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : null;
}

/** Everything but the fields of these names. */
export function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** What both engines keep of a text: no NUL, no half of a character. */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}

/** An escape of what no store keeps, or of half of a character that may have its other half. */
const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

/** JSON of somebody else, its texts as the store keeps them. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  return SUSPICIOUS.test(text) ? JSON.parse(text, (_, value: unknown) => (typeof value === "string" ? storable(value) : value)) : JSON.parse(text);
}
