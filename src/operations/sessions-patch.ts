import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import { DROP_POLICIES, QUEUE_MODE_WORDS, queueModeOf, type QueueChoice } from "../domain/queue.ts";
import type { Session } from "../domain/session.ts";
import { archive, choose, chooseModel, label, pin, type ChoicesPatch } from "../sessions/choices.ts";
import { chooseQueue } from "../sessions/queue.ts";
import { EVERY_SESSION, findSessions } from "../sessions/search.ts";
import { recordEvent } from "../store/ledger.ts";
import { define } from "./define.ts";
import { modelNamed } from "./model-named.ts";
import { openTyped } from "./session-begin.ts";
import { requireSession } from "./session-find.ts";
import { effectiveModel, sessionRow, splitModel } from "./session-row.ts";
import type { Services } from "./services.ts";

/** One of a few words, or null to take the choice back (spec 11.3). */
function oneOf<const Words extends readonly [string, ...string[]]>(field: string, words: Words) {
  return z.enum(words, { error: () => `invalid ${field} (use ${words.join("|")})` }).nullable().optional();
}

export const thinkingLevel = oneOf("thinkingLevel", ["off", "minimal", "low", "medium", "high"]);

const input = z.strictObject({
  key: z.string().min(1).max(512),
  agentId: z.string().max(64).nullish(),
  label: z.string().trim().min(1).max(512).nullable().optional(),
  pinned: z.boolean().optional(),
  archived: z.boolean().optional(),
  model: z.string().min(1).max(200).nullable().optional(),
  thinkingLevel,
  verboseLevel: oneOf("verboseLevel", ["off", "on", "full"]),
  groupActivation: oneOf("groupActivation", ["mention", "always"]),
  sendPolicy: oneOf("sendPolicy", ["allow", "deny"]),
  responseUsage: oneOf("responseUsage", ["off", "tokens", "full"]),
  catchUp: oneOf("catchUp", ["on", "off"]),
  queueMode: z.string().refine((word) => queueModeOf(word) !== null, `invalid queueMode (use ${QUEUE_MODE_WORDS.join("|")})`).nullable().optional(),
  queueDebounceMs: z.int().min(0).max(3_600_000).nullable().optional(),
  queueCap: z.int().min(1).max(10_000).nullable().optional(),
  queueDrop: oneOf("queueDrop", DROP_POLICIES),
});

type Patch = z.output<typeof input>;

/** What was given of these fields, under the names that the house has for them. */
function named(pairs: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function choicesOf(patch: Patch): ChoicesPatch {
  return named([
    ["thinking", patch.thinkingLevel],
    ["verbose", patch.verboseLevel],
    ["activation", patch.groupActivation],
    ["send", patch.sendPolicy],
    ["usage", patch.responseUsage],
    ["catchUp", patch.catchUp],
  ]);
}

/** The session's own queue settings afterwards; null is as configured, undefined that nothing of it was asked. */
function queueOf(patch: Patch, before: QueueChoice | null): QueueChoice | null | undefined {
  const mode = typeof patch.queueMode === "string" ? queueModeOf(patch.queueMode) : patch.queueMode;
  const asked = named([["mode", mode], ["debounceMs", patch.queueDebounceMs], ["cap", patch.queueCap], ["drop", patch.queueDrop]]);
  if (Object.keys(asked).length === 0) return undefined;
  const merged = Object.entries({ ...before, ...asked }).filter(([, value]) => value !== null);
  return merged.length === 0 ? null : (Object.fromEntries(merged) as QueueChoice);
}

/** A label names one session: `sessions.resolve` finds it by that. */
async function mustBeFree({ store }: Services, { key }: Session, wanted: string | null | undefined): Promise<void> {
  if (wanted === null || wanted === undefined) return;
  const found = await findSessions(store, { ...EVERY_SESSION, label: wanted }, { limit: 2, offset: 0 });
  if (found.some((row) => row.key !== key)) throw new ContinuoError("REQUEST_INVALID", `label already in use: ${wanted}`);
}

export const sessionsPatch = define({
  name: "sessions.patch",
  scope: "admin",
  input,
  example: { key: "main", thinkingLevel: "high", label: "Holidays" },
  /** Changes what was chosen for one session, never the configuration; null takes a choice back (spec 11.3). A session in which nothing was said yet is begun. Errors: MODEL_UNKNOWN. */
  async run(services, patch, caller) {
    const session = await openTyped(services, patch.key, patch.agentId ?? null, caller);
    const { key } = session;
    await mustBeFree(services, session, patch.label);
    const model = patch.model === undefined ? undefined : modelNamed(services, session.agentId, patch.model);
    const choices = choicesOf(patch);
    const queue = queueOf(patch, session.queue);
    const now = services.clock.now();
    const { key: _key, agentId: _agent, ...asked } = patch;
    await services.store.transaction(async (tx) => {
      if (Object.keys(choices).length > 0) await choose(tx, key, choices);
      if (model !== undefined) await chooseModel(tx, key, model);
      if (queue !== undefined) await chooseQueue(tx, key, queue);
      if (patch.label !== undefined) await label(tx, key, patch.label);
      if (patch.pinned !== undefined) await pin(tx, key, patch.pinned, now);
      if (patch.archived !== undefined) await archive(tx, key, patch.archived, now);
      await recordEvent(tx, { at: now, kind: "session.patched", session_key: key, data: { fields: Object.keys(asked), by: caller.clientName } });
    }, key);
    services.live?.tell.sessionChanged(key, "patch");
    const changed = await requireSession(services, key);
    return { ok: true as const, path: services.facts.stateDir, key, entry: sessionRow(services, changed), resolved: splitModel(effectiveModel(services, changed)) };
  },
});
