import { redactDeliveries } from "../../outbox/purge.ts";
import { redactItem } from "../../inbox/amend.ts";
import { DELETED } from "../../domain/entry.ts";
import { redactSummaries, redactTurn } from "../../sessions/amend.ts";
import { listQuestions } from "../../store/statements/list-questions.ts";
import type { Answer, Asked, CommandParts } from "./asked.ts";

const MOST = 1_000;

/** The turns in which whoever asks said something in this conversation, newest first. */
async function theirs(parts: CommandParts, { turn, item }: Asked, count: number): Promise<readonly { readonly turn_id: string }[]> {
  const { channel, account } = item.message.address;
  const mine = { session_id: turn.sessionId, channel, account, sender_id: item.message.sender.id };
  return parts.store.all(listQuestions, { ...mine, limit: count });
}

/**
 * `/forget [N|all]`: what its sender said last, and the answers, are erased for good: from the transcript and its copies,
 * the inbox, the outbox and the files. What others said in the same turns stays;
 * summaries of it go. Asked once more before, since nothing
 * brings it back.
 */
export const forget: Answer = async (parts, asked) => {
  const { rest, say, turn, item, now } = asked;
  const [words = "", yes] = rest.toLowerCase().split(/\s+/u).reduce<[string, boolean]>(([kept, sure], word) => (word === "yes" ? [kept, true] : [kept || word, sure]), ["", false]);
  const count = words === "all" ? MOST : words === "" ? 1 : Number(words);
  if (!Number.isInteger(count) || count < 1 || count > MOST) return say("forget.how");
  const turns = await theirs(parts, asked, count);
  if (turns.length === 0) return say("forget.nothing");
  if (!yes) return say("forget.sure", { count: turns.length, words: words === "" ? "" : `${words} ` });
  const { channel, account } = item.message.address;
  const by = { channel, account, senderId: item.message.sender.id };
  let others = false;
  const stood = new Map<string, number>();
  for (const { turn_id } of turns) {
    const released = await parts.store.transaction(async (tx) => {
      const said = await redactTurn(tx, { key: turn.sessionKey, sessionId: turn.sessionId, turnId: turn_id, by }, now);
      others ||= said.others;
      for (const { sessionId, seq } of said.stood) stood.set(sessionId, Math.min(seq, stood.get(sessionId) ?? seq));
      const files = [...said.released];
      for (const place of said.places) files.push(...(await redactItem(tx, place)));
      await redactDeliveries(tx, turn_id, DELETED);
      return files;
    }, turn.sessionKey);
    await parts.history.discardMedia(released, now);
  }
  for (const [sessionId, seq] of stood) await parts.store.transaction((tx) => redactSummaries(tx, { sessionId, seq }), turn.sessionKey);
  for (const sessionId of new Set([turn.sessionId, ...stood.keys()])) parts.history.onChanged(turn.sessionKey, sessionId);
  return [say("forget.done", { count: turns.length }), ...(others ? [say("forget.others")] : [])].join(" ");
};
