import { title } from "../../sessions/choices.ts";
import { numbered, type Numbered } from "../../sessions/numbers.ts";
import { resume } from "../../sessions/steps.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { listConversations } from "../../store/statements/list-conversations.ts";
import { ageIn } from "./age.ts";
import { titleOf } from "./conversation-title.ts";
import { shown, type Answer, type Asked, type CommandParts } from "./asked.ts";
import { mayReadAt, withReadablePreviews } from "./readable.ts";

/** More than anybody scrolls through in a chat; the page and the terminal show all of them. */
const MOST = 200;
const PAGE = 10;

type Listed = Numbered & { readonly number: number };

async function listed(parts: CommandParts, { turn }: Asked): Promise<Listed[]> {
  const key = turn.sessionKey;
  const current = (await parts.store.get(findSession, { key }))?.session_id;
  const rows = await withReadablePreviews(parts, turn, await parts.store.all(listConversations, { key, limit: MOST }));
  return numbered(rows, current).flatMap((one) => (one.number === null ? [] : [{ ...one, number: one.number }]));
}

function lineOf({ number, row, isCurrent }: Listed, { say, now }: Asked): string {
  const line = say("sessions.line", { number, name: titleOf(row), count: row.message_count, age: ageIn(say, now - (row.ended_at ?? row.began_at)) });
  return isCurrent ? `**${line}** ${say("sessions.current")}` : line;
}

function table(all: readonly Listed[], page: number, asked: Asked): string {
  const { say } = asked;
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const at = Math.min(page, pages);
  const lines = all.slice((at - 1) * PAGE, at * PAGE).map((one) => lineOf(one, asked));
  return [say("sessions.title", { count: all.length }), ...lines, ...(pages > 1 ? [say("sessions.page", { page: at, pages })] : []), say("sessions.how")].join("\n");
}

function found(all: readonly Listed[], words: string): readonly Listed[] {
  const number = /^#?\d{1,4}$/u.test(words) ? Number(words.replace("#", "")) : null;
  if (number !== null) return all.filter((one) => one.number === number);
  const wanted = words.toLowerCase();
  const exact = all.filter(({ row }) => row.title?.toLowerCase() === wanted || row.session_id === words);
  return exact.length > 0 ? exact : all.filter(({ row }) => `${row.title ?? ""} ${row.preview ?? ""}`.toLowerCase().includes(wanted));
}

async function resumeOne(parts: CommandParts, asked: Asked, { row, isCurrent }: Listed): Promise<string> {
  const { turn, say, now } = asked;
  if (isCurrent) return say("sessions.here", { name: titleOf(row) });
  await parts.store.transaction((tx) => resume(tx, turn.sessionKey, row.session_id, parts.ids, now), turn.sessionKey);
  parts.history.onChanged(turn.sessionKey, row.session_id);
  return say("sessions.resumed", { name: titleOf(row), count: row.message_count });
}

/** What was said in them, where no name says it: which of them it was, and the words around it. */
async function searched(parts: CommandParts, { turn, say, now }: Asked, all: readonly Listed[], words: string): Promise<string> {
  const { hits } = await parts.history.search({ keys: [turn.sessionKey] }, { query: words, limit: PAGE });
  const lines: string[] = [];
  for (const { sessionId, seq, excerpt, at } of hits) {
    const one = all.find(({ row }) => row.session_id === sessionId);
    if (one === undefined || !(await mayReadAt(parts, turn, sessionId, seq))) continue;
    lines.push(say("sessions.hit", { number: one.number, excerpt: excerpt.replace(/\s+/gu, " "), age: ageIn(say, now - at) }));
  }
  if (lines.length === 0) return say("sessions.none", { words: shown(words) });
  return [say("sessions.found", { words: shown(words) }), ...lines, say("sessions.go")].join("\n");
}

/**
 * `/sessions`: the conversations that this chat has had. `/sessions 3` and `/sessions NAME` go on with one of them,
 * `/sessions page 2` shows more; other words look for them.
 */
export const sessions: Answer = async (parts, asked) => {
  const { rest, say } = asked;
  const all = await listed(parts, asked);
  const words = rest.replace(/^(?:resume|list|open|find|search)\b/iu, "").trim();
  const page = /^page\s+(\d{1,3})$/iu.exec(words)?.[1];
  if (words === "" || page !== undefined) return table(all, Number(page ?? 1), asked);
  if (/^(?:find|search)\b/iu.test(rest)) return searched(parts, asked, all, words);
  const hits = found(all, words);
  const [only] = hits;
  if (only === undefined) return searched(parts, asked, all, words);
  if (hits.length === 1) return resumeOne(parts, asked, only);
  return [say("sessions.several", { words: shown(words) }), ...hits.slice(0, PAGE).map((one) => lineOf(one, asked))].join("\n");
};

const LONGEST_TITLE = 100;

/** `/save NAME`: what this conversation is called in the list. */
export const save: Answer = async (parts, { turn, rest, say }) => {
  const name = Array.from(rest.replace(/\s+/gu, " ").trim()).slice(0, LONGEST_TITLE).join("");
  if (name === "") return say("save.how");
  await parts.store.transaction((tx) => title(tx, turn.sessionId, name), turn.sessionKey);
  parts.history.onChanged(turn.sessionKey, turn.sessionId);
  return say("save.done", { name: shown(name) });
};
