import { admit, compileAdmission } from "../admission/index.ts";
import { createModelNames, type ModelNames } from "../agent/model-names.ts";
import { createProviders, type Providers } from "../agent/providers/registry.ts";
import { compileAgents, type Agents } from "../agent/settings.ts";
import { namedSenders } from "../audit/channel-scope.ts";
import { accountsOf, enabledChannels, type Config, type Environment } from "../config/index.ts";
import { directMessage, type InboundMessage, type Speaker } from "../domain/message.ts";
import type { QueuePolicy } from "../domain/queue.ts";
import type { Admitted, Dropped, ResetType, Route, RouteWhy } from "../domain/route.ts";
import type { SessionChoices } from "../domain/session.ts";
import type { ExplainSettings } from "../audit/why/settings.ts";
import type { ChangesDesk, OperationSettings } from "../operations/index.ts";
import { loadDirectory, type PeopleDirectory } from "../people/index.ts";
import { compileRouting, resolveRoute, type RoutingSource } from "../routing/index.ts";
import { routingPart } from "../routing/part.ts";
import { resolveAudience } from "../routing/resolve.ts";
import type { MaintenanceSettings } from "../sessions/maintenance/index.ts";
import { readInForce } from "../sessions/repartition/index.ts";
import type { Store } from "../store/store.ts";
import { resetPolicy, type ResetPolicy } from "../sessions/reset.ts";
import { priceWarnings } from "./prices.ts";

/** Who is who, and where they belong, as it is in force. */
export interface Who {
  /** What routing goes by: of the file, save where a change of it waits for the owner's word (law 7). */
  readonly source: RoutingSource;
  /** Who reads at a message's place, as the people are known now. */
  audience(message: InboundMessage): string;
  whoIs(channel: string, account: string, peer: string): RouteWhy["sender"];
  /** The person to whom the file links an account, by whichever of its ids; what the people table says does not count. */
  filePerson(channel: string, account: string, peer: string): string | null;
  mainKey(agentId: string): string;
}

/** One configuration, compiled for every room that reads it. Built whole or not at all. */
export interface CompiledSettings {
  readonly config: Config;
  readonly who: Who;
  readonly agents: Agents;
  readonly providers: Providers & { readonly names: ModelNames };
  readonly warnings: readonly string[];
  admit(message: InboundMessage, activation?: SessionChoices["activation"]): Admitted | Dropped;
  route(message: InboundMessage): Route;
  resetPolicy(type: ResetType, channel: string): ResetPolicy;
  queue(channel: string): QueuePolicy;
}

export interface CompileParts {
  readonly warnings: readonly string[];
  readonly env: Environment;
  readonly directory: PeopleDirectory;
  /** Null: as the configuration says. */
  readonly routingSource: RoutingSource | null;
}

/** Throws CONFIG_INVALID for what cannot be compiled. */
export function compileSettings(config: Config, { warnings, env, directory, routingSource }: CompileParts): CompiledSettings {
  const source = routingSource ?? routingPart(config);
  const routing = compileRouting(source, directory);
  const filed = compileRouting(source);
  const namesOwner = (message: InboundMessage): boolean => resolveRoute(routing, message).why.sender.ownerBy === "session.owner";
  const isOwner = (message: InboundMessage): boolean => resolveRoute(routing, message).isOwner;
  const admission = compileAdmission(config, namesOwner, directory.isApproved, isOwner, source);
  const { queue } = config.messages;
  const providers = createProviders(config, (name) => env[name]);
  return {
    config,
    warnings: [...warnings, ...priceWarnings(config)],
    who: {
      source,
      audience: (message) => resolveAudience(routing, knownBy(directory, message)),
      whoIs: (channel, account, peer) => routing.people.whoIs(channel, account, peer, directory.aliasesOf(channel, peer)),
      filePerson: (channel, account, peer) => filed.people.whoIs(channel, account, peer, directory.aliasesOf(channel, peer)).person,
      mainKey: (agentId) => (routing.scope === "global" ? "global" : `agent:${agentId}:${routing.main}`),
    },
    agents: compileAgents(config),
    providers: { ...providers, names: createModelNames(providers, config.agents.defaults.models ?? {}) },
    admit: (message, activation) => admit(admission, message, activation),
    route: (message) => resolveRoute(routing, knownBy(directory, message)),
    resetPolicy: (type, channel) => resetPolicy(config.session, type, channel),
    queue: (channel) => ({
      mode: queue.byChannel[channel] ?? queue.mode,
      debounceMs: queue.debounceMsByChannel[channel] ?? queue.debounceMs,
      cap: queue.cap,
      drop: queue.drop,
    }),
  };
}

/** The message with all ids that are known of its sender: whoever rebuilds one from the store has only the first. */
export function knownBy(directory: PeopleDirectory, message: InboundMessage): InboundMessage {
  const { sender, address } = message;
  if (sender.aliases !== undefined) return message;
  const aliases = directory.aliasesOf(address.channel, sender.id);
  return aliases.length === 0 ? message : { ...message, sender: { ...sender, aliases } };
}

/** Holds the settings in force; a reload swaps them whole, so that no message sees half of a change. */
export interface SettingsHolder {
  readonly directory: PeopleDirectory;
  current(): CompiledSettings;
  replace(next: CompiledSettings): void;
}

export function holdSettings(first: CompiledSettings, directory: PeopleDirectory): SettingsHolder {
  let current = first;
  return {
    directory,
    current: () => current,
    replace(next) {
      current = next;
    },
  };
}

/** What an operator's client says, as far as routing is concerned. */
function operatorMessage(sessionKey: string | null, agentId: string | null): InboundMessage {
  return directMessage({ channel: "webchat", account: "default", senderId: "operator" }, { target: { sessionKey, agentId } });
}

/** The settings to start with: of the file, but for what decides who shares a conversation, which is as it was in force. */
export async function settingsInForce(store: Store, compiled: CompiledSettings, env: Environment): Promise<SettingsHolder> {
  const directory = await loadDirectory(store);
  const routingSource = (await readInForce(store)) ?? compiled.who.source;
  return holdSettings(compileSettings(compiled.config, { warnings: compiled.warnings, env, directory, routingSource }), directory);
}

/** Reads anew who is who and who shares a conversation, as other gateways have left it. */
export async function rememberAnew(store: Store, { directory, current, replace }: SettingsHolder, env: Environment): Promise<void> {
  directory.become(await loadDirectory(store));
  const { config, warnings, who } = current();
  replace(compileSettings(config, { warnings, env, directory, routingSource: (await readInForce(store)) ?? who.source }));
}

/** How a message would be taken now. */
export function explainSettings(current: () => CompiledSettings): ExplainSettings {
  return {
    admit: (message) => current().admit(message),
    route: (message) => current().route(message),
    resetPolicy: (type, channel) => current().resetPolicy(type, channel),
  };
}

/** What is kept of the sessions, and for how long (spec 6). */
export function maintenanceSettings({ config, who }: CompiledSettings): MaintenanceSettings {
  const { mode, pruneAfter, pruneAfterByKind, maxEntries, trashRetention, maxDiskBytes, highWaterBytes } = config.session.maintenance;
  const cronRetention = config.cron.sessionRetention === false ? null : config.cron.sessionRetention;
  const byKind = Object.fromEntries(Object.entries(pruneAfterByKind).filter(([, time]) => time !== undefined).map(([kind, time]) => [kind, time === false ? null : time]));
  return {
    mode,
    limits: { pruneAfter, pruneAfterByKind: byKind, maxEntries, trashRetention, maxDiskBytes: maxDiskBytes ?? null, highWaterBytes: highWaterBytes ?? null, cronRetention },
    isMain: (key, agentId) => key === who.mainKey(agentId),
  };
}

export function operationSettings(current: () => CompiledSettings, changes: Pick<ChangesDesk, "waiting">): OperationSettings {
  return {
    agents: () => current().agents,
    mainKey: () => current().config.session.mainKey,
    scope: () => current().config.session.scope,
    models: () => current().providers.listModels(),
    contextTokens: (ref) => contextTokens(current(), ref),
    keyOf: (sessionKey, agentId) => current().route(operatorMessage(sessionKey, agentId)).sessionKey,
    maintenance: () => maintenanceSettings(current()),
    warnings: () => (changes.waiting() === null ? current().warnings : [...current().warnings, WAITING]),
  };
}

const WAITING = "The configuration file changes who shares a conversation; that part waits for you. Look at it with `continuo plan`, then `continuo apply`.";

/** Spec 7.1: the model's own window, capped by the setting; 200,000 where nobody knows it. */
const UNKNOWN_WINDOW = 200_000;

function contextTokens(settings: CompiledSettings, ref: string): number {
  const cap = settings.config.agents.defaults.contextTokens ?? Number.POSITIVE_INFINITY;
  const known = settings.providers.listModels().find((model) => `${model.provider}/${model.id}` === ref);
  return Math.min(known?.contextWindow ?? UNKNOWN_WINDOW, cap);
}

/** Where the owner may write besides the page and the terminal (spec A1): asked of admission and routing themselves. */
export function ownedAccounts(settings: CompiledSettings, directory: PeopleDirectory): Speaker[] {
  const { config } = settings;
  return enabledChannels(config).flatMap((channel) =>
    accountsOf(config, channel).flatMap((account) => {
      const senderId = [...namedSenders(config, channel, account), ...ownersOn(directory, channel, account)].find((id) => {
        const message = directMessage({ channel, account, senderId: id });
        return settings.admit(message).kind === "admitted" && settings.route(message).isOwner;
      });
      return senderId === undefined ? [] : [{ channel, account, senderId }];
    }),
  );
}

/** The ids that the people table calls the owner's on an account. */
function ownersOn(directory: PeopleDirectory, channel: string, account: string): string[] {
  const owners = [...directory.persons()].filter(({ role }) => role === "owner");
  return owners.flatMap(({ name_key: key }) => directory.identitiesOf(key).flatMap((row) => (row.channel === channel && row.account === account ? [row.peer] : [])));
}
