import { wordedAge } from "../ages.ts";
import { displayWidth, withoutControls } from "../display-width.ts";
import { alignedTable } from "../table.ts";
import { asRow, numberOf, textOf, type Row } from "../wire.ts";

function clean(row: Row, field: string): string {
  return withoutControls(textOf(row, field) ?? "");
}

/** To whom a reply would go, in words where the gateway has them, else its address. */
export function receiverText(delivery: Row): string {
  const words = clean(delivery, "toWhom");
  if (words !== "") return words;
  const to = asRow(delivery.to);
  const thread = clean(to, "thread");
  return `${clean(to, "channel")}/${clean(to, "account")} ${clean(to, "chat")}${thread === "" ? "" : `:${thread}`}`;
}

/** The first line that has something on it, cut to `width` columns. */
export function firstLine(text: string, width: number): string {
  const line = withoutControls(text).split("\n").map((part) => part.trim()).find((part) => part !== "") ?? "";
  if (displayWidth(line) <= width) return line;
  let taken = "";
  for (const character of line) {
    if (displayWidth(taken + character) > width - 3) break;
    taken += character;
  }
  return `${taken}...`;
}

const TEXT_WIDTH = 48;

/** Under way when a gateway died: nobody knows whether it arrived. One word for it, wherever people read of it. */
export const UNKNOWN_AFTER_SEND = "unknown-after-send";

function stateText(delivery: Row): string {
  const state = clean(delivery, "state");
  return state === "unknown" ? UNKNOWN_AFTER_SEND : state;
}

/** `states` adds the column that only a list of all states needs. */
export function deliveryLines(deliveries: readonly Row[], now: number, states: boolean): string[] {
  if (deliveries.length === 0) return [states ? "There are no replies." : "No reply is held."];
  const rows = deliveries.map((delivery) => {
    const at = numberOf(delivery, "createdAt");
    return [
      clean(delivery, "id"),
      ...(states ? [stateText(delivery)] : []),
      receiverText(delivery),
      wordedAge(at === null ? null : Math.max(0, now - at)),
      clean(delivery, "reason") || "-",
      firstLine(textOf(delivery, "text") ?? "", TEXT_WIDTH),
    ];
  });
  return alignedTable(["ID", ...(states ? ["STATE"] : []), "TO", "SINCE", "WHY", "TEXT"], rows);
}
