import type { Api } from "grammy";
import { z } from "zod";
import type { ChannelContext, ChannelStatus } from "../../domain/channel.ts";
import { callSignal, type Account, type Wait } from "./client.ts";
import { offersOf } from "./download.ts";
import { failureOf, type Failure } from "./failure.ts";
import { chatOf, parseAmendment, parseFiles, parseUpdate, UPDATES, type Bot } from "./parse.ts";

export interface PollParts {
  readonly account: Account;
  readonly context: ChannelContext;
  readonly signal: AbortSignal;
  readonly wait: Wait;
  /** When a long poll without an answer counts as dead, ms. */
  readonly deadAfterMs: number;
  api(): Promise<Api>;
  /** In [0, 1). */
  random(): number;
}

const POLL_TIMEOUT_S = 30;
/** A poll that has not answered by now hangs on a dead connection, whatever the socket says. */
export const POLL_DEAD_MS = 45_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** After a quiet week the platform numbers updates afresh: an old place would hide them all. */
const PLACE_LASTS_MS = 6 * 24 * 3_600_000;
const CURSOR = "offset";

/** The `nth` pause after a failure, ms: doubling up to the cap, the upper half of it at random. */
function pauseMs(nth: number, random: number): number {
  const base = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(nth - 1, 10));
  return Math.round(base * (0.5 + random / 2));
}

/** The next update to ask for, of which bot, and when that was known. */
const placeSchema = z.object({ bot: z.int(), next: z.int(), at: z.number() });
type Place = z.infer<typeof placeSchema>;

/** What cannot be read counts as no place: the platform then begins with the oldest message it still has. */
function readPlace(text: string | null): Place | null {
  try {
    return text === null ? null : (placeSchema.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
}

const updatesSchema = z.array(z.looseObject({ update_id: z.int() }));
type Updates = z.infer<typeof updatesSchema>;

/** Our own side could not keep something: the platform is not to blame, and is asked again. */
class NotStored extends Error {}

function stored<T>(kept: Promise<T>): Promise<T> {
  return kept.catch((cause: unknown) => {
    throw new NotStored("the store did not answer", { cause });
  });
}

/** Takes a batch: chats side by side, one chat in order. Resolves to the first update that is not done. */
async function takeBatch(parts: PollParts, bot: Bot, updates: Updates): Promise<{ next: number | null; failed: boolean }> {
  const { account, context, signal } = parts;
  const named = { channel: "telegram", account: account.id };
  const done = new Set<number>();
  let failed = false;
  const takeChat = async (chat: Updates): Promise<void> => {
    for (const update of chat) {
      if (signal.aborted) return;
      const message = parseUpdate(update, account.id, bot);
      const change = message === null ? parseAmendment(update, account.id, bot) : null;
      if (message) await context.receive(message, offersOf(parts, parseFiles(update)));
      else if (change) await context.amend(change);
      else if (chatOf(update) === "") context.log.warn({ ...named, updateId: update.update_id }, "an update could not be read and was passed over");
      done.add(update.update_id);
    }
  };
  const chats = Map.groupBy(updates, chatOf);
  for (const outcome of await Promise.allSettled([...chats.values()].map(takeChat))) {
    if (outcome.status === "fulfilled") continue;
    failed = true;
    context.log.error({ ...named, err: outcome.reason }, "a message could not be taken in; it is asked for again");
  }
  let next: number | null = null;
  for (const { update_id: id } of updates.toSorted((a, b) => a.update_id - b.update_id)) {
    if (!done.has(id)) break;
    next = id + 1;
  }
  return { next, failed };
}

/**
 * One long poll and its batch. The place moves on only after every message before it is durable (law 1); the
 * platform is told with the next poll.
 */
async function pollOnce(parts: PollParts, bot: Bot, place: Place | null, timeout: number): Promise<Place | null> {
  const { context, signal, account } = parts;
  const known = place !== null && place.bot === bot.id && context.now() - place.at < PLACE_LASTS_MS ? place : null;
  const api = await parts.api();
  const query = { ...(known ? { offset: known.next } : {}), timeout, allowed_updates: UPDATES };
  const answer = await api.getUpdates(query, callSignal(AbortSignal.any([signal, AbortSignal.timeout(parts.deadAfterMs)])));
  const { next, failed } = await takeBatch(parts, bot, updatesSchema.parse(answer));
  const reached = next === null ? known : { bot: bot.id, next, at: context.now() };
  if (next !== null) await stored(context.writeCursor(account.id, CURSOR, JSON.stringify(reached)));
  if (failed) throw new NotStored("a message was not taken in");
  return reached;
}

function describe(failure: Failure, account: Account): string {
  switch (failure.kind) {
    case "unauthorized":
      return `Telegram does not know the bot token of account "${account.id}". Copy it again from @BotFather into botToken (and check apiRoot, if it is set).`;
    case "conflict":
      return /webhook/iu.test(failure.words)
        ? "A webhook takes this bot's messages. Remove it (the Bot API's deleteWebhook), or give Continuo a bot of its own."
        : "Something else reads this bot's messages. Stop the other program, or give Continuo a bot of its own.";
    case "limited":
      return "Telegram asks to wait.";
    case "refused":
    case "unreachable":
    case "broken":
      return `Telegram does not answer as it should (${failure.words}); Continuo tries again by itself.`;
    case "markup":
    case "unchanged":
      return "Telegram gave an unexpected answer; Continuo tries again by itself.";
  }
}

/** Reports a status once, however often it is found again. */
function reporter(parts: PollParts): (state: ChannelStatus["state"], detail: string | null) => void {
  const { account, context } = parts;
  let last = "";
  return (state, detail) => {
    const found = JSON.stringify([state, detail]);
    if (found === last) return;
    last = found;
    context.onStatus({ account: account.id, state, detail, since: context.now() });
  };
}

/** Who the token belongs to, and where its last reader stopped. */
async function identify(parts: PollParts): Promise<{ bot: Bot; place: Place | null }> {
  const me = await (await parts.api()).getMe(callSignal(parts.signal));
  const place = readPlace(await stored(parts.context.readCursor(parts.account.id, CURSOR)));
  return { bot: { id: me.id, username: me.username }, place };
}

/**
 * Reads one bot's messages until `signal` aborts. Network trouble and conflicts are tried again with growing
 * pauses; a token that the platform does not know ends it, with status `failed`. Never rejects.
 */
export async function pollAccount(parts: PollParts): Promise<void> {
  const { account, signal } = parts;
  const report = reporter(parts);
  report("starting", null);
  let identity: { bot: Bot; place: Place | null } | null = null;
  let connected = false;
  let failures = 0;
  while (!signal.aborted) {
    try {
      identity ??= await identify(parts);
      // A short first poll says at once whether we are connected; only then is it worth waiting.
      const place = await pollOnce(parts, identity.bot, identity.place, connected ? POLL_TIMEOUT_S : 0);
      identity = { bot: identity.bot, place };
      connected = true;
      failures = 0;
      report("connected", null);
    } catch (error) {
      if (signal.aborted) break;
      connected = false;
      failures += 1;
      const failure: Failure | null = error instanceof NotStored ? null : failureOf(error, account.token);
      if (failure?.kind === "unauthorized") return report("failed", describe(failure, account));
      report("retrying", failure ? describe(failure, account) : "A message could not be stored; Continuo asks for it again.");
      const pause = Math.max(pauseMs(failures, parts.random()), failure?.kind === "limited" ? failure.retryAfterMs : 0);
      await parts.wait(pause, signal);
    }
  }
  report("stopped", null);
}
