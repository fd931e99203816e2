import { parseDuration } from "../../config/durations.ts";
import { DROP_POLICIES, QUEUE_MODES, queueModeOf, queuePolicy, type QueueChoice, type QueuePolicy } from "../../domain/queue.ts";
import type { Turn } from "../../domain/turn.ts";
import { chooseQueue, readQueueChoice } from "../../sessions/queue.ts";
import type { Executor } from "../../store/store.ts";

export interface QueueCommandParts {
  readonly settings: { queue(channel: string): QueuePolicy };
}

/** Longer quiet times and longer queues are mistakes, and would look like an agent that does not answer. */
const LONGEST_DEBOUNCE_MS = 10 * 60_000;
const LARGEST_CAP = 1_000;

const OPTIONS = `Options: ${QUEUE_MODES.join(", ")}; debounce:<ms|s|m>, cap:<n>, drop:${DROP_POLICIES.join("|")}; \`/queue default\` takes the session's own settings back.`;

type Read = { readonly choice: QueueChoice; readonly said: string } | { readonly error: string };

function readMode(word: string): Read {
  const mode = queueModeOf(word);
  if (mode === null) return { error: `Unrecognized queue mode "${shown(word)}". Valid modes: ${QUEUE_MODES.join(", ")}.` };
  return { choice: { mode }, said: `⚙️ Queue mode set to ${mode}.` };
}

function readOption(name: string, value: string): Read {
  if (name === "debounce") {
    const debounceMs = parseDuration(value, "ms");
    if (debounceMs === null || debounceMs > LONGEST_DEBOUNCE_MS) return { error: `Invalid debounce "${shown(value)}". Use ms/s/m, ten minutes at most (e.g. debounce:1500ms, debounce:2s).` };
    return { choice: { debounceMs }, said: `⚙️ Queue debounce set to ${debounceMs}ms.` };
  }
  if (name === "cap") {
    const cap = /^\d{1,6}$/.test(value) ? Number(value) : 0;
    if (cap < 1 || cap > LARGEST_CAP) return { error: `Invalid cap "${shown(value)}". Use a positive integer, ${LARGEST_CAP} at most (e.g. cap:10).` };
    return { choice: { cap }, said: `⚙️ Queue cap set to ${cap}.` };
  }
  const drop = DROP_POLICIES.find((policy) => policy === value.toLowerCase());
  if (drop === undefined) return { error: `Invalid drop policy "${shown(value)}". Use drop:old, drop:new, or drop:summarize.` };
  return { choice: { drop }, said: `⚙️ Queue drop set to ${drop}.` };
}

/** What is said back of a word that was not understood. */
function shown(word: string): string {
  return Array.from(word).slice(0, 40).join("").replaceAll("`", "'");
}

/** `steer debounce:2s cap:25 drop:old`, in any order; one word that is wrong leaves everything as it was. */
export function readQueueWords(rest: string): Read {
  let choice: QueueChoice = {};
  const said: string[] = [];
  for (const word of rest.trim().split(/\s+/u)) {
    const option = /^(debounce|cap|drop)[:=](.*)$/iu.exec(word);
    const read = option ? readOption((option[1] ?? "").toLowerCase(), option[2] ?? "") : readMode(word);
    if ("error" in read) return read;
    choice = { ...choice, ...read.choice };
    said.push(read.said);
  }
  return { choice, said: said.join(" ") };
}

/** `/queue [mode] [debounce:2s cap:25 drop:summarize]`, `/queue default`, and bare `/queue` (spec 4.6). */
export async function answerQueue(parts: QueueCommandParts, tx: Executor, turn: Turn, rest: string): Promise<string> {
  const configured = parts.settings.queue(turn.items[0]?.message.address.channel ?? "");
  const before = await readQueueChoice(tx, turn.sessionKey);
  if (rest.trim() === "") {
    const { mode, debounceMs, cap, drop } = queuePolicy(configured, before);
    return `Current queue settings: mode=${mode}, debounce=${debounceMs}ms, cap=${cap}, drop=${drop}.\n${OPTIONS}`;
  }
  if (["default", "reset"].includes(rest.trim().toLowerCase())) {
    await chooseQueue(tx, turn.sessionKey, null);
    return "⚙️ Queue mode reset to default.";
  }
  const read = readQueueWords(rest);
  if ("error" in read) return read.error;
  await chooseQueue(tx, turn.sessionKey, { ...before, ...read.choice });
  return read.said;
}
