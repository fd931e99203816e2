import fastStringWidth from "fast-string-width";

// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The columns that `text` takes in a terminal; colour sequences take none. */
export function displayWidth(text: string): number {
  return fastStringWidth(text);
}

export function padToWidth(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

// oxlint-disable-next-line no-control-regex -- colour is told by control sequences
const PIECES = /\u001b\[[\d;]*m|[^\u001b]/gu;

/** As much of one line as fits into `width` columns; colour that was begun is ended. */
export function cutToWidth(line: string, width: number): string {
  if (displayWidth(line) <= width) return line;
  let left = width;
  const kept = (line.match(PIECES) ?? []).filter((piece) => {
    if (piece.startsWith("\u001b")) return true;
    left -= displayWidth(piece);
    return left >= 0;
  });
  return kept.join("");
}

/** Text that others wrote, made harmless for a terminal: no escape sequence of theirs reaches it. Tabs and newlines stay. */
export function withoutControls(text: string): string {
  return text.replace(CONTROLS, "");
}
