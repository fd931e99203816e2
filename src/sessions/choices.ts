import { ContinuoError } from "../domain/errors.ts";
import type { SessionChoices } from "../domain/session.ts";
import { toChoices } from "../store/rows.ts";
import type { Executor } from "../store/store.ts";
import { archiveSession } from "../store/statements/archive-session.ts";
import { findSession } from "../store/statements/find-session.ts";
import { labelSession } from "../store/statements/label-session.ts";
import { pinSession } from "../store/statements/pin-session.ts";
import { setSessionChoices } from "../store/statements/set-session-choices.ts";
import { setSessionModel } from "../store/statements/set-session-model.ts";
import { titleConversation } from "../store/statements/title-conversation.ts";

/** What is to change; null takes a choice back, what is left out stays. */
export type ChoicesPatch = { readonly [Name in keyof SessionChoices]?: SessionChoices[Name] | null };

function missing(key: string): ContinuoError {
  return new ContinuoError("SESSION_NOT_FOUND", `Session not found: ${key}`);
}

async function changed(key: string, rows: Promise<number>): Promise<void> {
  if ((await rows) === 0) throw missing(key);
}

export async function readChoices(store: Executor, key: string): Promise<SessionChoices> {
  return toChoices((await store.get(findSession, { key }))?.choices ?? null);
}

/** Changes what was chosen for one session; the configuration is never touched. Errors: SESSION_NOT_FOUND. */
export async function choose(tx: Executor, key: string, patch: ChoicesPatch): Promise<SessionChoices> {
  const session = await tx.get(findSession, { key });
  if (session === undefined) throw missing(key);
  const merged = Object.entries({ ...toChoices(session.choices), ...patch }).filter(([, value]) => value !== null && value !== undefined);
  const choices = Object.fromEntries(merged) as SessionChoices;
  await tx.run(setSessionChoices, { key, choices: merged.length === 0 ? null : JSON.stringify(choices) });
  return choices;
}

/** `provider/model`, or null for what is configured. */
export function chooseModel(tx: Executor, key: string, model: string | null): Promise<void> {
  return changed(key, tx.run(setSessionModel, { key, model_override: model }));
}

/** A pinned session stands first in lists and is never removed by itself. */
export function pin(tx: Executor, key: string, on: boolean, now: number): Promise<void> {
  return changed(key, tx.run(pinSession, { key, pinned_at: on ? now : null }));
}

/** An archived session is left out of lists until somebody speaks there again. */
export function archive(tx: Executor, key: string, on: boolean, now: number): Promise<void> {
  return changed(key, tx.run(archiveSession, { key, archived_at: on ? now : null }));
}

export function label(tx: Executor, key: string, text: string | null): Promise<void> {
  return changed(key, tx.run(labelSession, { key, label: text }));
}

/** What a conversation is called in the list of old ones. */
export async function title(tx: Executor, sessionId: string, text: string | null): Promise<void> {
  if ((await tx.run(titleConversation, { session_id: sessionId, title: text })) === 0) {
    throw new ContinuoError("SESSION_NOT_FOUND", `There is no conversation ${sessionId}.`);
  }
}
