import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { directMessage, type InboundMessage, type Speaker } from "../domain/message.ts";
import type { TurnEvent } from "../domain/turn.ts";
import { accept } from "../inbox/accept.ts";
import { purgeInbox } from "../inbox/purge.ts";
import { purgeOutbox } from "../outbox/purge.ts";
import { purgeSessions, SCRATCH_AGENT_PREFIX } from "../sessions/scratch.ts";
import type { Executor } from "../store/store.ts";
import { purgeTurns } from "../turns/purge.ts";
import { define } from "./define.ts";
import type { LiveGateway, Services } from "./services.ts";

/** Somebody who speaks for the owner: their account on a channel, or an operator client. */
const OPERATORS: readonly Speaker[] = [
  { channel: "webchat", account: "default", senderId: "operator" },
  { channel: "terminal", account: "default", senderId: "operator" },
];

const ANSWER_TIMEOUT_MS = 120_000;

/** Words that no conversation contains by accident, and that are easy to read aloud. */
const SYLLABLES: readonly string[] = ["ba", "do", "fu", "ki", "lo", "me", "na", "pu", "ri", "so", "ta", "vu", "wi", "xo", "ye", "zu"];

function randomWord(token: string): string {
  return Array.from(token.slice(0, 5), (digit) => SYLLABLES[Number.parseInt(digit, 16)] ?? "").join("");
}

/** The key that this message really gets, moved into the scratch agent. */
function scratchRoute(live: LiveGateway, message: InboundMessage, scratch: string) {
  const route = live.route(message);
  const prefix = `agent:${route.agentId}:`;
  const rest = route.sessionKey.startsWith(prefix) ? route.sessionKey.slice(prefix.length) : route.sessionKey;
  return { original: route.sessionKey, route: { ...route, agentId: scratch, sessionKey: `agent:${scratch}:${rest}` } };
}

/** Says something through the whole way of a message and waits for the answer. */
async function say(services: Services, live: LiveGateway, speaker: Speaker, text: string, scratch: string) {
  const message = directMessage(speaker, { messageId: `${scratch}-${services.ids.next()}`, text, sentAt: services.clock.now() });
  const { original, route } = scratchRoute(live, message, scratch);
  const answered = Promise.withResolvers<string>();
  const done = live.onTurnEvent((event: TurnEvent) => {
    if (event.agentId !== scratch || event.sessionKey !== route.sessionKey) return;
    if (event.kind === "committed" || event.kind === "failed" || event.kind === "aborted") answered.resolve(event.text);
  });
  const timer = setTimeout(() => {
    answered.reject(new ContinuoError("GATEWAY_TIMEOUT", `No answer came within ${ANSWER_TIMEOUT_MS / 1000} s.`));
  }, ANSWER_TIMEOUT_MS);
  try {
    const item = { message, route, command: null, state: "queued" } as const;
    await services.store.transaction((tx) => accept(tx, item, services.ids, services.clock));
    live.turns.wake(route.sessionKey);
    return { key: original, answer: await answered.promise };
  } finally {
    clearTimeout(timer);
    done();
  }
}

/** Removes everything that a scratch agent left in any room; the sessions go last, the others may be found by them. */
async function purgeAgent(tx: Executor, agentId: string): Promise<void> {
  for (const purge of [purgeOutbox, purgeInbox, purgeTurns, purgeSessions]) await purge(tx, agentId);
}

export const verifyRun = define({
  name: "verify.run",
  scope: "admin",
  input: z.object({}),
  example: {},
  /** Tells a random fact through one channel and asks for it through another, in an agent that leaves no trace. */
  async run(services) {
    const { live } = services;
    if (!live) throw new ContinuoError("GATEWAY_UNREACHABLE", "No gateway is running that could be verified.");
    const startedAt = services.clock.now();
    const [teller, asker] = [...live.ownedAccounts(), ...OPERATORS];
    if (!teller || !asker) throw new ContinuoError("INTERNAL", "There are not two channels to speak through.");
    const scratch = `${SCRATCH_AGENT_PREFIX}${services.ids.token().slice(0, 8)}`;
    const fact = randomWord(services.ids.token());
    try {
      const told = await say(services, live, teller, `Please remember this: the verification word is ${fact}.`, scratch);
      const asked = await say(services, live, asker, "What is the verification word?", scratch);
      const remembered = asked.answer.includes(fact);
      const sameSession = told.key === asked.key;
      return {
        ok: remembered,
        remembered,
        fact,
        told: { channel: teller.channel },
        asked: { channel: asker.channel },
        sameSession,
        answer: asked.answer,
        sessionKeys: [...new Set([told.key, asked.key])],
        durationMs: services.clock.now() - startedAt,
        why: remembered ? undefined : sameSession ? "The model did not answer with what it was told." : "The two channels lead to different sessions.",
      };
    } finally {
      await services.store.transaction((tx) => purgeAgent(tx, scratch));
    }
  },
});
