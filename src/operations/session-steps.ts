import type { Address } from "../domain/address.ts";
import type { Ids } from "../domain/ids.ts";
import type { Language } from "../domain/language.ts";
import type { StepKind } from "../domain/session.ts";
import { appendHouseLine } from "../sessions/house-line.ts";
import { languageIn } from "../sessions/language.ts";
import type { Stepped } from "../sessions/steps.ts";
import { listSessionParticipants } from "../store/statements/list-session-participants.ts";
import { enqueueDelivery } from "../outbox/enqueue.ts";
import type { Executor } from "../store/store.ts";
import { findSession } from "../store/statements/find-session.ts";
import { say } from "../texts/index.ts";
import { requireSession } from "./session-find.ts";
import type { Services } from "./services.ts";

const TOLD = ["new", "reset", "clear", "resumed", "forked", "rewound", "undone"] as const satisfies readonly StepKind[];

/** In the language of whoever spoke there last. */
async function languageThere(tx: Executor, key: string): Promise<Language> {
  const [last] = await tx.all(listSessionParticipants, { session_key: key, limit: 1 });
  return languageIn(last?.language) ?? "en";
}

/** What whoever reads the conversation is told of a step that its operator took (law 6). */
async function tellThere(tx: Executor, { kind, key, from, to, moved }: Stepped, ids: Ids, now: number): Promise<void> {
  const told = TOLD.find((one) => one === kind);
  if (told === undefined || (from === to && moved === 0)) return;
  const text = say(await languageThere(tx, key), `operator.${told}`);
  await appendHouseLine(tx, key, text, ids, now);
  const session = await tx.get(findSession, { key });
  if (!session?.last_route) return;
  // Whoever writes from a chat has no transcript to look at: they are told where they wrote last.
  const reply = { address: JSON.parse(session.last_route) as Address, audience: session.audience, peer: "", replyTo: null };
  await enqueueDelivery(tx, { turnId: null, sessionKey: key, reply, text: `_${text}_`, draft: null, held: null }, ids, now);
}

interface Step<Result extends Stepped | null> {
  readonly typed: string;
  readonly agentId?: string | null | undefined;
  /** Runs in a transaction of the session. */
  take(tx: Executor, key: string, now: number): Promise<Result>;
}

/** Takes a step in a session that somebody named, tells whoever reads it there, and whoever looks on. */
export async function takeStep<Result extends Stepped | null>(services: Services, { typed, agentId, take }: Step<Result>): Promise<Result> {
  const { key } = await requireSession(services, typed, agentId ?? null);
  const now = services.clock.now();
  const stepped = await services.store.transaction(async (tx) => {
    const result = await take(tx, key, now);
    if (result !== null) await tellThere(tx, result, services.ids, now);
    return result;
  }, key);
  if (stepped === null) return stepped;
  services.live?.tell.conversationsMoved([{ key, sessionId: stepped.to }]);
  services.live?.tell.sessionChanged(key, stepped.kind);
  services.live?.tell.deliveriesChanged();
  return stepped;
}
