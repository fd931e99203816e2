/** Reading what the wire answered, field by field: a gateway of another version must not break a table. */
export type Row = Readonly<Record<string, unknown>>;

export function asRow(value: unknown): Row {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

export function rowsOf(row: Row, field: string): Row[] {
  const value = row[field];
  return Array.isArray(value) ? value.map(asRow) : [];
}

export function textOf(row: Row, field: string): string | null {
  const value = row[field];
  return typeof value === "string" ? value : null;
}

export function numberOf(row: Row, field: string): number | null {
  const value = row[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function flagOf(row: Row, field: string): boolean {
  return row[field] === true;
}

export function textsOf(row: Row, field: string): string[] {
  const value = row[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The text of a message: a plain string, or the text blocks of its content. */
export function messageText(message: unknown): string {
  const content = asRow(message).content;
  if (typeof content === "string") return content;
  return rowsOf(asRow(message), "content")
    .map((block) => (block.type === "text" ? (textOf(block, "text") ?? "") : ""))
    .join("");
}
