import { cutShort } from "../../domain/cut-short.ts";
import { wordedAge } from "../ages.ts";
import { displayWidth, withoutControls } from "../display-width.ts";
import type { Palette } from "../output.ts";
import { alignedTable } from "../table.ts";
import { asRow, numberOf, rowsOf, textOf, textsOf, type Row } from "../wire.ts";

const TEXT_WIDTH = 60;

function line(text: string): string {
  return withoutControls(text).replace(/\s+/g, " ").trim();
}

function short(text: string): string {
  return cutShort(line(text), TEXT_WIDTH);
}

function sender(message: Row): string {
  const account = textOf(message, "account") ?? "";
  const at = account === "" || account === "default" ? "" : `/${account}`;
  const id = `${textOf(message, "channel") ?? "?"}${at}:${textOf(message, "senderId") || "unknown"}`;
  const name = textOf(message, "senderName");
  return line(name === null ? id : `${name} (${id})`);
}

function age(message: Row, now: number): string {
  const at = numberOf(message, "acceptedAt");
  return wordedAge(at === null ? null : Math.max(0, now - at));
}

function messageLine(message: Row, now: number): string {
  const text = short(textOf(message, "text") ?? "");
  const id = line(textOf(message, "messageId") ?? textOf(message, "id") ?? "?");
  return `Message ${id} from ${sender(message)}, ${age(message, now)}${text === "" ? "" : `: ${text}`}`;
}

/** The messages that one id names: each with the id of its own by which it can be asked for. */
export function candidateLines(answer: Row, now: number): string[] {
  const rows = rowsOf(answer, "candidates").map((message) => [line(textOf(message, "id") ?? ""), sender(message), line(textOf(message, "chat") ?? ""), age(message, now), short(textOf(message, "text") ?? "")]);
  return [...textsOf(answer, "lines").map(line), ...alignedTable(["ID", "SENDER", "CHAT", "ACCEPTED", "TEXT"], rows)];
}

/** A sentence of ours with other people's words in it, broken between words at the terminal's width. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of line(text).split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last) + displayWidth(word) < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The explanation in sections; what it is about stands first. */
export function whyLines(answer: Row, palette: Palette, width: number, now: number): string[] {
  const message = asRow(answer.message);
  const stored = textOf(answer, "kind") === "stored";
  const reply = textOf(asRow(answer.reply), "words");
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["Refused", rowsOf(answer, "refused").map((refused) => textOf(refused, "words") ?? "")],
    ["Let in?", [textOf(asRow(answer.admission), "words") ?? ""]],
    ["Where it belongs", textsOf(asRow(answer.route), "lines")],
    ["Conversation", [textOf(asRow(answer.reset), "words") ?? ""]],
    ["Reply", reply === null ? [] : [reply]],
  ];
  const head = stored ? [messageLine(message, now)] : ["Nobody wrote this message: it is what would happen now."];
  return [
    ...head,
    ...sections.flatMap(([title, words]) => {
      if (words.length === 0) return [];
      const body = words.flatMap((sentence) => wrapped(sentence, Math.max(40, width - 4)).map((part, index) => `${index === 0 ? "  " : "    "}${part}`));
      return ["", palette.bold(title), ...body];
    }),
  ];
}
