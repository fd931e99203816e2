import { beginAnew, fork, rewind, undo, type Stepped } from "../../sessions/steps.ts";
import type { Executor } from "../../store/store.ts";
import type { Answer, Asked, CommandParts } from "./asked.ts";
import { titleOf } from "./conversation-title.ts";
import { withReadablePreviews } from "./readable.ts";

/** Takes a step in the session where it is asked for, and tells whoever looks on. */
async function step<Result extends Stepped | null>(parts: CommandParts, asked: Asked, doing: (tx: Executor, key: string, asked: Asked) => Promise<Result>): Promise<Result> {
  const key = asked.turn.sessionKey;
  const stepped = await parts.store.transaction((tx) => doing(tx, key, asked), key);
  if (stepped !== null) parts.history.onChanged(key, stepped.to);
  return stepped;
}

/** `/undo`: the last change of what this conversation shows (law 6). */
export const undoStep: Answer = async (parts, asked) => {
  const { say, turn } = asked;
  const undone = await step(parts, asked, (tx, key, { now }) => undo(tx, key, parts.ids, now, { turnId: turn.id }));
  if (undone === null) return say("undo.nothing");
  if (undone.undid === "compacted") return say("undo.compacted");
  if (undone.from === undone.to) return say("undo.rejoined", { count: undone.moved });
  const { to, title, preview, messages } = undone;
  const [back] = await withReadablePreviews(parts, turn, [{ session_id: to, title, preview }]);
  return say("undo.back", { name: titleOf(back ?? { title, preview: null }), count: messages });
};

/** `/clear`: an empty conversation, with everything that was chosen for it (spec 4.6). */
export const clear: Answer = async (parts, asked) => {
  const cleared = await step(parts, asked, (tx, key, { now }) => beginAnew(tx, key, "clear", parts.ids, now));
  return asked.say(cleared?.from === cleared?.to ? "clear.empty" : "clear.done");
};

/** `/fork`: goes on in a copy. */
export const forkHere: Answer = async (parts, asked) => {
  const { turn, say } = asked;
  const forked = await step(parts, asked, (tx, key, { now }) => fork(tx, key, {}, parts.ids, now, { turnId: turn.id }));
  return say("fork.done", { count: forked?.messages ?? 0 });
};

const MOST = 500;

/** `/rewind N`: as if the last N questions had not been asked. */
export const rewindHere: Answer = async (parts, asked) => {
  const { rest, say, turn } = asked;
  const questions = rest === "" ? 1 : Number(rest);
  if (!Number.isInteger(questions) || questions < 1 || questions > MOST) return say("rewind.how", { most: MOST });
  const rewound = await step(parts, asked, (tx, key, { now }) => rewind(tx, key, { questions }, parts.ids, now, { turnId: turn.id }));
  return say("rewind.done", { count: rewound?.moved ?? 0, left: rewound?.messages ?? 0 });
};
