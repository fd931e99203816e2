import type { Address } from "../../domain/address.ts";
import { queueModeOf, DROP_POLICIES, type QueueChoice } from "../../domain/queue.ts";
import type { SessionChoices } from "../../domain/session.ts";
import { asFields, countIn, idIn, textIn, timeOf, type Fields } from "./fields.ts";
import type { KeyPlace } from "./keys.ts";

/** What a row says of a session, in Continuo's words; null where it does not say. */
export interface ReadRow {
  readonly sessionId: string | null;
  /** The transcript's file, by its name alone: where it lay is another machine's business. */
  readonly sessionFile: string | null;
  readonly updatedAt: number | null;
  readonly createdAt: number | null;
  readonly startedAt: number | null;
  readonly interactionAt: number | null;
  readonly messages: number | null;
  readonly tokens: { readonly input: number | null; readonly output: number | null; readonly total: number | null } | null;
  readonly model: { readonly override: string | null; readonly last: string | null };
  readonly displayName: string | null;
  readonly label: string | null;
  readonly lastRoute: Address | null;
  readonly choices: SessionChoices;
  readonly queue: QueueChoice;
  readonly compactions: { readonly count: number; readonly at: number | null };
  readonly marks: { readonly pinnedAt: number | null; readonly archivedAt: number | null };
  /** Fields with a value that Continuo has no place for. */
  readonly unknown: readonly string[];
}

/** What is read below, and what says nothing that is not said elsewhere. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["uuid", "created", "lastActive", "messageCount", "state", "sessionId", "sessionFile", "updatedAt", "sessionStartedAt", "lastInteractionAt"],
  ...["status", "startedAt", "endedAt", "runtimeMs", "systemSent", "abortedLastRun", "groupActivationNeedsSystemIntro"],
  ...["inputTokens", "outputTokens", "totalTokens", "totalTokensFresh", "contextTokens", "compactionCount"],
  ...["modelProvider", "model", "providerOverride", "modelOverride", "modelOverrideSource"],
  ...["chatType", "channel", "provider", "groupId", "displayName", "subject", "room", "groupChannel", "label", "origin"],
  ...["deliveryContext", "delivery", "lastChannel", "lastProvider", "lastTo", "lastAccountId", "lastThreadId"],
  ...["thinkingLevel", "verboseLevel", "responseUsage", "groupActivation", "sendPolicy", "queueMode", "queueDebounceMs", "queueCap", "queueDrop"],
  ...["usageFamilySessionIds", "usageFamilyKey", "pinnedAt", "archivedAt", "lastActivityAt", "skillsSnapshot", "systemPromptReport", "continuo"],
]);

const isSaid = (value: unknown): boolean => value !== null && value !== undefined && value !== "" && value !== false && value !== 0 && !(Array.isArray(value) && value.length === 0);

function one<T extends string>(words: readonly T[], value: unknown): T | undefined {
  return words.find((word) => word === value);
}

function choicesIn(entry: Fields): { readonly choices: SessionChoices; readonly refused: readonly string[] } {
  const state = asFields(entry["state"]) ?? {};
  const read = {
    thinking: one(["off", "minimal", "low", "medium", "high"], entry["thinkingLevel"]),
    verbose: one(["off", "on", "full"], entry["verboseLevel"]),
    activation: one(["mention", "always"], entry["groupActivation"]),
    send: one(["allow", "deny"], entry["sendPolicy"]),
    usage: one(["off", "tokens", "full"], entry["responseUsage"]),
  };
  const given = { thinking: "thinkingLevel", verbose: "verboseLevel", activation: "groupActivation", send: "sendPolicy", usage: "responseUsage" } as const;
  const refused = Object.entries(given).flatMap(([choice, field]) => (isSaid(entry[field]) && read[choice as keyof typeof read] === undefined ? [field] : []));
  // The short form says it here alone, and says it of every session: what differs from the default was chosen.
  const shortActivation = entry["sessionId"] === undefined ? one(["mention", "always"], state["activationMode"]) : undefined;
  const activation = read.activation ?? shortActivation;
  return { choices: JSON.parse(JSON.stringify({ ...read, activation })) as SessionChoices, refused };
}

function queueIn(entry: Fields): QueueChoice {
  const mode = textIn(entry, "queueMode");
  const [debounceMs, cap] = [countIn(entry, "queueDebounceMs"), countIn(entry, "queueCap")];
  const drop = one(DROP_POLICIES, entry["queueDrop"]);
  const read = { mode: (mode === null ? null : queueModeOf(mode)) ?? undefined, debounceMs: debounceMs ?? undefined, cap: cap ?? undefined, drop };
  return JSON.parse(JSON.stringify(read)) as QueueChoice;
}

function joined(provider: string | null, model: string | null): string | null {
  return model === null ? null : provider === null ? model : `${provider}/${model}`;
}

function modelIn(entry: Fields): ReadRow["model"] {
  const state = asFields(entry["state"]) ?? {};
  const chosen = joined(textIn(entry, "providerOverride"), textIn(entry, "modelOverride")) ?? textIn(state, "modelOverride");
  // What a fallback chose is nobody's wish (P36).
  const override = entry["modelOverrideSource"] === "auto" ? null : chosen;
  return { override, last: joined(textIn(entry, "modelProvider"), textIn(entry, "model")) ?? (override === null ? textIn(state, "model") : null) };
}

/** `telegram:42`, `telegram:group:-100`, `user:U1`: the id is what stands last. */
function chatIn(to: string, channel: string): string {
  const bare = to.toLowerCase().startsWith(`${channel}:`) ? to.slice(channel.length + 1) : to;
  const named = /^(?:group|channel|room|dm|direct|user|chat):(.+)$/i.exec(bare)?.[1] ?? bare;
  return named.replace(/:(?:topic|thread):.*$/i, "");
}

/** The last external route (spec 3.3): the operator's own clients are none. */
function routeIn(entry: Fields): Address | null {
  const context = asFields(entry["deliveryContext"]) ?? asFields(entry["delivery"]) ?? {};
  const channel = (textIn(context, "channel") ?? textIn(entry, "lastChannel") ?? textIn(entry, "lastProvider"))?.toLowerCase() ?? null;
  const to = idIn(context, "to") ?? idIn(entry, "lastTo");
  if (channel === null || to === null || channel === "webchat") return null;
  const chat = chatIn(to, channel);
  const account = textIn(context, "accountId") ?? textIn(entry, "lastAccountId") ?? "default";
  return chat === "" ? null : { channel, account, chat, thread: idIn(context, "threadId") ?? idIn(entry, "lastThreadId") };
}

/** The form of our own lists is made from the title (spec 3.3): it is not read back as one. */
function titleIn(entry: Fields, { chatKind }: Pick<KeyPlace, "chatKind">): string | null {
  const origin = asFields(entry["origin"]) ?? {};
  if (chatKind === "dm") return textIn(entry, "displayName") ?? textIn(origin, "label");
  const channel = textIn(entry, "groupChannel") ?? textIn(entry, "room");
  const subject = textIn(entry, "subject");
  const named = chatKind === "channel" ? (channel ?? subject) : (subject ?? channel);
  return named ?? textIn(origin, "label") ?? textIn(entry, "displayName");
}

function tokensIn(entry: Fields): ReadRow["tokens"] {
  const tokens = { input: countIn(entry, "inputTokens"), output: countIn(entry, "outputTokens"), total: countIn(entry, "totalTokens") };
  return Object.values(tokens).every((count) => count === null) ? null : tokens;
}

/** A time that has not come yet, or is none, is not believed (spec 3.3). */
function past(value: unknown, now: number): number | null {
  const at = timeOf(value);
  return at === null || at === 0 ? null : Math.min(at, now);
}

/** A row in OpenClaw's form or in the short one, or in both at once (spec 3.2, 3.3). */
export function readRow(entry: Fields, place: Pick<KeyPlace, "chatKind">, now: number): ReadRow {
  const { choices, refused } = choicesIn(entry);
  const file = textIn(entry, "sessionFile");
  const at = (name: string): number | null => past(entry[name], now);
  const own = asFields(entry["continuo"]);
  const sessionId = textIn(entry, "sessionId") ?? textIn(entry, "uuid");
  return {
    sessionId,
    sessionFile: file === null ? null : (file.split(/[\\/]/).at(-1) ?? null),
    updatedAt: at("updatedAt") ?? at("lastActive"),
    createdAt: past(own?.["createdAt"], now) ?? at("created"),
    startedAt: at("sessionStartedAt"),
    interactionAt: at("lastInteractionAt") ?? at("lastActive"),
    messages: countIn(entry, "messageCount"),
    tokens: tokensIn(entry),
    model: modelIn(entry),
    displayName: own === null ? titleIn(entry, place) : textIn(own, "displayName"),
    label: textIn(entry, "label"),
    lastRoute: routeIn(entry),
    choices,
    queue: queueIn(entry),
    compactions: { count: countIn(entry, "compactionCount") ?? 0, at: past(asFields(entry["state"])?.["lastCompaction"], now) },
    marks: { pinnedAt: at("pinnedAt"), archivedAt: at("archivedAt") },
    unknown: [...Object.keys(entry).filter((name) => !KNOWN.has(name) && isSaid(entry[name])), ...refused],
  };
}
