import { ContinuoError, isContinuoError } from "../domain/errors.ts";
import type { Config } from "../config/index.ts";
import type { AppliedChange, ChangesDesk, Consent, PlannedOnly, UndonePlan, Wish } from "../operations/index.ts";
import { isDismissed, readInForce, setDismissed, setInForce, type Mode, type Plan } from "../sessions/repartition/index.ts";
import { listChanges } from "../store/statements/list-changes.ts";
import { settleAgreements } from "./agreements.ts";
import { planDraft, routeWith } from "./change-plan.ts";
import { applyDraft, planRollback, resumeChanges, rollbackChangeOf } from "./change-steps.ts";
import { draftOf, type Draft } from "./change-wish.ts";
import type { ChangesParts } from "./changes-parts.ts";
import { compileSettings } from "./settings.ts";

export interface RunningChanges extends ChangesDesk {
  /** Brings to its end what a killed process left in the middle, and notes what is in force where nothing is noted yet. */
  resume(): Promise<void>;
  /** Looks whether the file says something else than what is in force: it is made, or waits. */
  follow(): Promise<void>;
  /** Takes up a changed file; what it changes of who shares a conversation is planned first. */
  adoptFile(config: Config, warnings: readonly string[]): void;
  /** Does what was agreed on in chats, once the turns in which it was are over, and what was left half done before it. */
  settleAgreements(): void;
  /** Resolves when what is being made has ended; nothing else is begun. */
  stop(): Promise<void>;
}

const MOST_LISTED = 50;
/** What could not be done because answers were being written. */
const TRY_AGAIN_MS = 5_000;

/** Whether a change may be made without asking: nobody reads anything new, and nothing moves that was not asked to. */
function isHarmless(plan: Plan): boolean {
  return plan.readers.length === 0;
}

function isBusy(error: unknown): boolean {
  return isContinuoError(error) && error.code === "CHANGE_BUSY";
}

/** One change after the other: each is planned on what the one before it left. */
function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** What waits for the owner's word, if anything does. */
interface Desk {
  readonly parts: ChangesParts;
  waiting: { readonly at: number; readonly plan: Plan } | null;
}

function setWaiting(desk: Desk, plan: Plan | null): void {
  const before = desk.waiting;
  const isSame = before?.plan.id === plan?.id;
  desk.waiting = plan === null ? null : { at: isSame && before ? before.at : desk.parts.clock.now(), plan };
  if (!isSame) desk.parts.house.onChange("changes");
}

async function applyWish(desk: Desk, wish: Wish, { approve, dryRun, planId, mode }: Consent): Promise<AppliedChange | PlannedOnly> {
  const { parts } = desk;
  const draft = await draftOf(parts, wish);
  const plan = await planDraft(parts, draft, mode ?? "repartition");
  if (planId !== undefined && planId !== plan.id) throw new ContinuoError("CHANGE_STALE", "This is not the plan that was looked at: something has changed meanwhile.");
  if (dryRun === true || (!approve && !(isHarmless(plan) && plan.sessions.length === 0))) return { applied: false, plan };
  const applied = await applyDraft(parts, draft, plan);
  if (draft.cause === "config") setWaiting(desk, null);
  parts.house.onChange("changes");
  return applied;
}

/** The file says something else of who shares what than what is in force: it is made, or it waits. */
async function lookAtFile(desk: Desk, draft: Draft): Promise<void> {
  const { parts } = desk;
  const { onScopeChange } = draft.config?.session ?? {};
  const mode: Mode = onScopeChange === "fresh" ? "fresh" : "repartition";
  const plan = await planDraft(parts, draft, mode);
  const asks = (onScopeChange === "ask" && plan.sessions.length > 0) || (await isDismissed(parts.store, draft.source));
  if (!isHarmless(plan) || asks) {
    setWaiting(desk, plan);
    const found = { readers: plan.readers.length, sessions: plan.sessions.length };
    parts.log.warn(found, "the configuration file changes who shares a conversation; that part waits for you: `continuo plan` shows it, `continuo apply` makes it");
    return;
  }
  // Until it is made it waits: it may have to, for answers that are being written.
  if (plan.sessions.length > 0) setWaiting(desk, plan);
  const applied = await applyDraft(parts, draft, plan).catch((error: unknown) => {
    if (isContinuoError(error) && error.code === "CHANGE_STALE") return null;
    throw error;
  });
  // Somebody came meanwhile who would newly read something: now it has to be asked for.
  if (applied === null) return setWaiting(desk, await planDraft(parts, draft, mode));
  const { sessions, messages } = applied;
  setWaiting(desk, null);
  if (sessions > 0) parts.log.info({ sessions, messages }, "history was carried along with the changed settings; `continuo rollback` takes it back");
}

/** Takes back the newest change, once it is agreed to who will read what by that. */
async function rollBack(desk: Desk, id: string, { approve, dryRun, planId }: Consent): Promise<UndonePlan> {
  const { parts } = desk;
  const { change, plan } = await planRollback(parts, id);
  if (planId !== undefined && planId !== plan.id) throw new ContinuoError("CHANGE_STALE", "This is not the plan that was looked at: something has changed meanwhile.");
  if (dryRun === true || (!approve && plan.readers.length > 0)) return { applied: false, id: change.id, plan, sessions: 0 };
  const { sessions } = await rollbackChangeOf(parts, change, plan);
  await lookAgain(desk);
  parts.house.onChange("changes");
  return { applied: true, id: change.id, plan, sessions };
}

/** After a change was taken back: where the file still says it, that part waits from now on. */
async function lookAgain(desk: Desk): Promise<void> {
  const { store, clock, log } = desk.parts;
  try {
    const draft = await draftOf(desk.parts, { kind: "file" });
    if (draft.settings.length === 0) return setWaiting(desk, null);
    await store.transaction((tx) => setDismissed(tx, draft.source, clock.now()));
    setWaiting(desk, await planDraft(desk.parts, draft, "repartition"));
  } catch (error) {
    // A file that cannot be read at the moment says nothing; the next save is looked at again.
    log.warn({ err: error }, "the configuration file could not be looked at after the change was taken back");
  }
}

/** Ends what a killed process left in the middle, and notes what is in force where nothing is noted yet. */
async function resume({ parts }: Desk): Promise<void> {
  const { store, settings, clock } = parts;
  await resumeChanges(parts);
  if ((await readInForce(store)) !== null) return;
  await store.transaction((tx) => setInForce(tx, settings.current().who.source, clock.now()));
}

async function listed({ store }: ChangesParts) {
  const rows = await store.all(listChanges, { limit: MOST_LISTED });
  return rows.map(({ id, cause, state, mode, at, summary }) => ({ id, cause, state, mode, at, words: summary }));
}

interface Order {
  /** One after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** The same, once what another change left undone is done: nothing is laid over half of something. */
  whole<T>(work: () => Promise<T>): Promise<T>;
  isStopped(): boolean;
  stop(): Promise<void>;
}

function createOrder(parts: ChangesParts): Order {
  const inTurn = oneAfterTheOther();
  let stopped = false;
  const whole = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await inTurn(async () => {
        if (stopped) throw new ContinuoError("CHANGE_BUSY", "The gateway is stopping.");
        await resumeChanges(parts);
        return work();
      });
    } catch (error) {
      // Something may be half done: it is brought to its end as soon as the answers that it waits for are written.
      if (isBusy(error) && !stopped) setTimeout(() => void whole(async () => undefined).catch(() => undefined), TRY_AGAIN_MS).unref();
      throw error;
    }
  };
  return {
    inTurn,
    whole,
    isStopped: () => stopped,
    async stop() {
      stopped = true;
      await inTurn(async () => undefined);
    },
  };
}

/** Changes of who shares a conversation: planned, made with the history that goes along, taken back (law 7). */
export function createChanges(parts: ChangesParts): RunningChanges {
  const { log, settings, env } = parts;
  const { inTurn, whole, isStopped, stop } = createOrder(parts);
  const desk: Desk = { parts, waiting: null };

  // The file is read when its turn comes: what a watcher read before another change wrote it would bring back what that change ended.
  const followFile = (): Promise<void> =>
    whole(async () => {
      const draft = await draftOf(parts, { kind: "file" });
      if (draft.settings.length === 0) setWaiting(desk, null);
      else await lookAtFile(desk, draft);
    });

  const followLater = (): void => {
    followFile().catch((error: unknown) => {
      if (isBusy(error) && !isStopped()) return void setTimeout(followLater, TRY_AGAIN_MS).unref();
      log.error({ err: error }, "what the changed file does to the conversations could not be found out; they stay as they are");
    });
  };
  const settle = (): void => {
    whole(() => settleAgreements(parts, (wish) => applyWish(desk, wish, { approve: true })))
      .then((left) => {
        if (left > 0) setTimeout(settle, TRY_AGAIN_MS).unref();
      })
      .catch((error: unknown) => {
        if (isBusy(error) && !isStopped()) return void setTimeout(settle, TRY_AGAIN_MS).unref();
        log.error({ err: error }, "what was agreed on in a chat could not be done; it is tried again at the next start");
      });
  };

  return {
    plan: (wish, mode) => inTurn(async () => planDraft(parts, await draftOf(parts, wish), mode ?? "repartition")),
    apply: (wish, consent) => whole(() => applyWish(desk, wish, consent)),
    rollback: (id, consent) => whole(() => rollBack(desk, id, consent)),
    routeWith: (change, message) => routeWith(parts, change, message),
    waiting: () => desk.waiting,
    list: () => listed(parts),
    // What cannot be ended yet, because turns of before are not, is ended when they are.
    resume: () => inTurn(() => resume(desk)).catch((error: unknown) => (isBusy(error) ? undefined : Promise.reject(error))),
    follow: () => followFile().catch((error: unknown) => (isBusy(error) ? followLater() : Promise.reject(error))),
    stop,
    adoptFile(config, warnings) {
      // All but who shares a conversation is in force at once; that follows when it has been looked at.
      settings.replace(compileSettings(config, { warnings, env, directory: settings.directory, routingSource: settings.current().who.source }));
      followLater();
    },
    settleAgreements: settle,
  };
}
