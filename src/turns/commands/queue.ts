import { parseDuration } from "../../config/durations.ts";
import { DROP_POLICIES, QUEUE_MODES, queueModeOf, queuePolicy, type QueueChoice } from "../../domain/queue.ts";
import { chooseQueue, readQueueChoice } from "../../sessions/queue.ts";
import type { Executor } from "../../store/store.ts";
import type { Say } from "../../texts/index.ts";
import { shown, type Answer, type Asked, type CommandParts } from "./asked.ts";

/** Longer quiet times and longer queues are mistakes, and would look like an agent that does not answer. */
const LONGEST_DEBOUNCE_MS = 10 * 60_000;
const LARGEST_CAP = 1_000;

type Read = { readonly choice: QueueChoice; readonly said: string } | { readonly error: string };

function readMode(word: string, say: Say): Read {
  const mode = queueModeOf(word);
  if (mode === null) return { error: say("queue.bad-mode", { value: shown(word), modes: QUEUE_MODES.join(", ") }) };
  return { choice: { mode }, said: say("queue.mode", { mode }) };
}

function readOption(name: string, value: string, say: Say): Read {
  if (name === "debounce") {
    const debounceMs = parseDuration(value, "ms");
    if (debounceMs === null || debounceMs > LONGEST_DEBOUNCE_MS) return { error: say("queue.bad-debounce", { value: shown(value) }) };
    return { choice: { debounceMs }, said: say("queue.debounce", { debounce: debounceMs }) };
  }
  if (name === "cap") {
    const cap = /^\d{1,6}$/.test(value) ? Number(value) : 0;
    if (cap < 1 || cap > LARGEST_CAP) return { error: say("queue.bad-cap", { value: shown(value), most: LARGEST_CAP }) };
    return { choice: { cap }, said: say("queue.cap", { cap }) };
  }
  const drop = DROP_POLICIES.find((policy) => policy === value.toLowerCase());
  if (drop === undefined) return { error: say("queue.bad-drop", { value: shown(value) }) };
  return { choice: { drop }, said: say("queue.drop", { drop }) };
}

/** `steer debounce:2s cap:25 drop:old`, in any order; one word that is wrong leaves everything as it was. */
function readQueueWords(rest: string, say: Say): Read {
  let choice: QueueChoice = {};
  const said: string[] = [];
  for (const word of rest.trim().split(/\s+/u)) {
    const option = /^(debounce|cap|drop)[:=](.*)$/iu.exec(word);
    const read = option ? readOption((option[1] ?? "").toLowerCase(), option[2] ?? "", say) : readMode(word, say);
    if ("error" in read) return read;
    choice = { ...choice, ...read.choice };
    said.push(read.said);
  }
  return { choice, said: said.join(" ") };
}

async function answerQueue(parts: CommandParts, tx: Executor, { turn, item, rest, say }: Asked): Promise<string> {
  const configured = parts.settings.queue(item.message.address.channel);
  const before = await readQueueChoice(tx, turn.sessionKey);
  if (rest.trim() === "") {
    const { mode, debounceMs, cap, drop } = queuePolicy(configured, before);
    return [say("queue.current", { mode, debounce: debounceMs, cap, drop }), say("queue.options", { modes: QUEUE_MODES.join(", "), drops: DROP_POLICIES.join("|") })].join("\n");
  }
  if (["default", "reset"].includes(rest.trim().toLowerCase())) {
    await chooseQueue(tx, turn.sessionKey, null);
    return say("queue.reset");
  }
  const read = readQueueWords(rest, say);
  if ("error" in read) return read.error;
  await chooseQueue(tx, turn.sessionKey, { ...before, ...read.choice });
  return read.said;
}

/** `/queue [mode] [debounce:2s cap:25 drop:summarize]`, `/queue default`, and bare `/queue` (spec 4.6). */
export const queue: Answer = (parts, asked) => parts.store.transaction((tx) => answerQueue(parts, tx, asked), asked.turn.sessionKey);
