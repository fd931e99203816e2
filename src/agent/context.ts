import { isOperatorChannel } from "../domain/address.ts";
import { cutShort } from "../domain/cut-short.ts";
import type { Compaction, Entry } from "../domain/entry.ts";
import { wordsWithFiles } from "../domain/media.ts";
import type { ContextMessage } from "./providers/provider.ts";
import type { AgentSettings } from "./settings.ts";

/** A rough count that never needs a tokenizer: four characters a token, one for a CJK character. */
const CHARS_PER_TOKEN = 4;

function isWide(code: number): boolean {
  return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7af) || (code >= 0xf900 && code <= 0xfaff);
}

/** Counted for every entry of every turn: no regular expression, nothing allocated. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let index = 0; index < text.length; index++) if (isWide(text.charCodeAt(index))) wide++;
  return wide + Math.ceil((text.length - wide) / CHARS_PER_TOKEN);
}

/** How much of the window the conversation may take; the rest is for the instructions and the answer. */
const CONVERSATION_SHARE = 0.75;

/**
 * The conversation as the model is shown it: the newest entries that fit the window, beginning with a
 * person's words, without what was cut off before it said anything. What a full queue dropped is left out, or shortened.
 */
export function buildContext(entries: readonly Entry[], windowTokens: number): ContextMessage[] {
  const budget = windowTokens * CONVERSATION_SHARE;
  const messages: ContextMessage[] = [];
  const summary = entries.findLast(isSummary);
  const kept = summary === undefined ? entries : entries.filter(({ seq }) => seq >= summary.compaction.firstKeptSeq);
  let used = summary === undefined ? 0 : estimateTokens(summary.text);
  for (const message of withOverflow(kept.filter(isShown)).toReversed()) {
    used += estimateTokens(message.text);
    // The newest message is always shown: better a refusal by the model than a turn without its question.
    if (used > budget && messages.length > 0) break;
    messages.push(message);
  }
  while (messages.at(-1)?.role === "assistant") messages.pop();
  if (summary !== undefined) messages.push(summaryMessage(summary));
  return messages.toReversed();
}

/** No person's id, which are `owner` or have a colon. */
const HOUSE = "continuo";

type Summary = Entry & { readonly compaction: Compaction };

export function isSummary(entry: Entry): entry is Summary {
  return entry.compaction !== null && entry.compaction !== undefined;
}

/** Nobody said it: it stands before what was said, told apart by its provider. */
function summaryMessage({ text, at, from }: Summary): ContextMessage {
  return { role: "user", text, at, senderName: null, senderId: HOUSE, address: from.address, isSummary: true };
}

type Shown = Entry & { readonly role: "user" | "assistant" | "system" };

/** What was dropped because another message took its place is still what its sender has just said. */
function isShown(entry: Entry): entry is Shown {
  if ((entry.role !== "user" && entry.role !== "assistant" && entry.event !== true) || entry.text === "") return false;
  return entry.dropped !== "old" && entry.dropped !== "new";
}

/** What was said, with a line for each file: that is all a model is told of those which it is not shown. */
function wordsOf({ text, attachments }: Shown): string {
  return wordsWithFiles(text, attachments ?? []);
}

function toMessage(entry: Shown, text = wordsOf(entry)): ContextMessage {
  return {
    role: entry.role === "assistant" ? "assistant" : "user",
    ...(entry.attachments ? { attachments: entry.attachments, turnId: entry.turnId } : {}),
    text: entry.canary ? `${text}\n\n[ref ${entry.canary}]` : text,
    at: entry.at,
    senderName: entry.from.senderName,
    senderId: entry.event === true ? HOUSE : speakerOf(entry),
    isEvent: entry.event === true,
    address: entry.from.address,
    queued: entry.queued ? { kind: "waited", number: entry.queued } : null,
  };
}

/** Spec 12.3: how much of a dropped message is kept for the next answer, and of how many. */
const SUMMARY_CHARS = 160;
const SUMMARY_LINES = 20;

/** The first words of a text, on one line; no half of a character at its end. */
function lineOf(text: string): string {
  return cutShort(text.replace(/\s+/gu, " ").trim(), SUMMARY_CHARS);
}

/** What one person said in a row that was dropped, as one message of theirs: nobody's words stand under another's name. */
function overflowOf(entries: readonly Shown[]): ContextMessage[] {
  const last = entries.at(-1);
  if (!last) return [];
  const lines = entries.slice(-SUMMARY_LINES).map((entry) => `- ${lineOf(wordsOf(entry))}`);
  return [{ ...toMessage(last, lines.join("\n")), queued: { kind: "overflow", dropped: entries.length } }];
}

function withOverflow(entries: readonly Shown[]): ContextMessage[] {
  const messages: ContextMessage[] = [];
  let dropped: Shown[] = [];
  for (const entry of entries) {
    const [first] = dropped;
    const continues = first !== undefined && entry.dropped === "summarize" && speakerOf(entry) === speakerOf(first);
    if (!continues) {
      messages.push(...overflowOf(dropped));
      dropped = [];
    }
    if (entry.dropped === "summarize") dropped.push(entry);
    else messages.push(toMessage(entry));
  }
  return [...messages, ...overflowOf(dropped)];
}

/** Who spoke, by what cannot be chosen; the owner is one, whatever the channel. */
function speakerOf({ from }: Entry): string {
  if (isOperatorChannel(from.address.channel) || from.audience === "owner") return "owner";
  return from.person === null ? `${from.address.channel}:${from.senderId}` : `person:${from.person}`;
}

/** Several people speak here, so the model is told who said what. */
export function isShared(entries: readonly Entry[]): boolean {
  const senders = new Set<string>();
  for (const entry of entries) if (entry.role === "user") senders.add(speakerOf(entry));
  return senders.size > 1;
}

export function systemPrompt(agent: AgentSettings): string {
  if (agent.systemPrompt !== null) return agent.systemPrompt;
  const name = agent.name ?? "an assistant";
  return [
    `You are ${name}, reached through Continuo, which carries one conversation over several channels.`,
    "What a person told you on one channel you know on every other channel of the same conversation.",
    "Answer in the language of the last message, in Markdown, briefly unless asked for more.",
  ].join(" ");
}
