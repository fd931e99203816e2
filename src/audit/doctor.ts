import type { Config } from "../config/schema.ts";
import { accountScopes, type AccountScope, type OwnedAccount } from "./channel-scope.ts";

export type CheckState = "ok" | "cross" | "notice";

/** One line of the diagnosis. A `cross` has a `fix`. */
export interface Check {
  readonly id: string;
  readonly section: "install" | "gateway" | "channels" | "model";
  readonly state: CheckState;
  readonly text: string;
  readonly fix: string | null;
}

export interface Diagnosis {
  /** No cross anywhere. */
  readonly ok: boolean;
  /** The owner's direct messages of every enabled channel land in one session. */
  readonly unified: boolean;
  readonly checks: readonly Check[];
}

export interface FileFacts {
  readonly path: string;
  readonly exists: boolean;
  readonly writable: boolean;
  /** Permission bits; null where the system has none. */
  readonly mode: number | null;
}

export interface ChannelFacts {
  readonly name: string;
  readonly account: string;
  readonly state: string;
  readonly detail: string | null;
}

/** The embedded database as its gateway knows it. */
export interface StoreFacts {
  readonly journalBytes: number;
  /** waiting, running, ok, damaged, failed. */
  readonly check: string;
  readonly done: number;
  readonly total: number;
  /** The first thing that is wrong; null while nothing is. */
  readonly problem: string | null;
}

/** The files that came with messages, as the gateway found them last. */
export interface MediaFacts {
  readonly kept: number;
  readonly missing: number;
  readonly strays: number;
}

/** The jobs that failed when they ran last. */
export interface JobFacts {
  readonly name: string;
  readonly id: string;
  /** In a row. */
  readonly times: number;
  readonly lastError: string;
}

export type GatewayFacts =
  | { readonly kind: "reachable"; readonly url: string; readonly version: string; readonly channels: readonly ChannelFacts[]; readonly store: StoreFacts | null; readonly media?: MediaFacts | null; readonly jobs?: readonly JobFacts[] }
  | { readonly kind: "stopped" }
  | { readonly kind: "silent"; readonly url: string; readonly message: string; readonly cure: string };

export type ConfigFacts =
  | { readonly kind: "valid"; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly kind: "invalid"; readonly message: string; readonly cure: string };

/** What the doctor has to be told, gathered by whoever can look at files, processes and sockets. */
export interface DoctorFacts {
  readonly version: string;
  readonly nodeVersion: string;
  readonly config: ConfigFacts;
  readonly configFile: FileFacts;
  readonly stateDir: FileFacts;
  readonly gateway: GatewayFacts;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Accounts that are the owner's by the people table (`pairing approve --me`, spec A1). */
  readonly owned: readonly OwnedAccount[];
}

type Section = Check["section"];

const LEAST_TOKEN = 24;
const BUILT_IN = "continuo";
/** Where the SDKs of the vendors look for a key that the file does not give. */
const KEY_VARIABLES: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["ANTHROPIC_API_KEY"],
  openai: ["OPENAI_API_KEY"],
  google: ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"],
  openrouter: ["OPENROUTER_API_KEY"],
  deepseek: ["DEEPSEEK_API_KEY"],
  mistral: ["MISTRAL_API_KEY"],
  groq: ["GROQ_API_KEY"],
  xai: ["XAI_API_KEY"],
};

function ok(section: Section, id: string, text: string): Check {
  return { id, section, state: "ok", text, fix: null };
}

function cross(section: Section, id: string, text: string, fix: string): Check {
  return { id, section, state: "cross", text, fix };
}

function notice(section: Section, id: string, text: string, fix: string | null = null): Check {
  return { id, section, state: "notice", text, fix };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, "0");
}

function privacy(file: FileFacts, id: string, wanted: number, name: string): Check[] {
  if (!file.exists || file.mode === null) return [];
  const open = (file.mode & 0o077) !== 0;
  if (!open) return [ok("install", id, `${name} is yours alone (${octal(file.mode)})`)];
  return [cross("install", id, `${name} can be read by others: ${file.path} mode=${octal(file.mode)}`, `chmod ${octal(wanted)} ${file.path}`)];
}

function installChecks({ nodeVersion, config, configFile, stateDir }: DoctorFacts): Check[] {
  const node = Number.parseInt(nodeVersion.replace(/^v/, ""), 10) >= 24;
  const defaults = `no configuration file at ${configFile.path}: everything has its default`;
  return [
    node ? ok("install", "runtime", `Node ${nodeVersion}`) : cross("install", "runtime", `Node ${nodeVersion} is too old`, "Run `npm install` again, or install Node 24 or newer."),
    config.kind === "invalid"
      ? cross("install", "config", config.message, config.cure)
      : ok("install", "config", configFile.exists ? `${configFile.path} is valid` : defaults),
    ...(config.kind === "valid" ? config.warnings.map((warning) => notice("install", "config.warning", warning)) : []),
    ...privacy(configFile, "config.mode", 0o600, "the configuration"),
    stateDir.writable
      ? ok("install", "state", stateDir.exists ? `${stateDir.path} is writable` : `${stateDir.path} is not there yet: the first start makes it`)
      : cross("install", "state", `${stateDir.path} is not writable`, "Make it writable for this user, or set OPENCLAW_STATE_DIR."),
    ...privacy(stateDir, "state.mode", 0o700, "the state directory"),
  ];
}

function tokenCheck(config: Config): Check {
  const { auth, bind } = config.gateway;
  const secret = auth.token ?? auth.password;
  const kind = auth.token === undefined ? "password" : "token";
  if (auth.mode === "none") {
    return bind === "loopback"
      ? notice("gateway", "token", "gateway.auth.mode is \"none\": every program on this machine may use the gateway", "Set gateway.auth.mode to \"token\".")
      : cross("gateway", "token", `gateway.auth.mode is "none" while gateway.bind is "${bind}"`, "Set gateway.auth.mode to \"token\", or gateway.bind to \"loopback\".");
  }
  if (secret === undefined) return notice("gateway", "token", "no gateway token yet: the first start makes one");
  if (secret.length >= LEAST_TOKEN) return ok("gateway", "token", `the gateway's ${kind} is long enough (${secret.length} characters)`);
  const fix = `Set gateway.auth.${kind} to at least ${LEAST_TOKEN} random characters, such as \`openssl rand -hex 24\` prints.`;
  return cross("gateway", "token", `the gateway's ${kind} can be guessed: ${secret.length} characters`, fix);
}

function gatewayCheck({ gateway, version }: DoctorFacts): Check {
  if (gateway.kind === "stopped") return cross("gateway", "reachable", "the gateway is not running", "continuo gateway start");
  if (gateway.kind === "silent") return cross("gateway", "reachable", gateway.message, gateway.cure);
  if (gateway.version === version) return ok("gateway", "reachable", `reachable at ${gateway.url}, version ${gateway.version}`);
  return notice("gateway", "reachable", `reachable at ${gateway.url}, but version ${gateway.version}; this is ${version}`, "continuo gateway restart");
}

const REPAIR = "continuo gateway stop, then continuo doctor --repair; or restore a backup with continuo restore. Nothing was overwritten.";
const JOURNAL_ALARM_BYTES = 64 << 20;

function storeChecks({ gateway }: DoctorFacts): Check[] {
  if (gateway.kind !== "reachable" || gateway.store === null) return [];
  const { check, done, total, problem, journalBytes } = gateway.store;
  const size = `${(journalBytes / 1e6).toFixed(1)} MB`;
  const journal =
    journalBytes > JOURNAL_ALARM_BYTES
      ? notice("gateway", "store.journal", `the database's journal has ${size}: another program has been reading the database for long`, "It shrinks when that program ends.")
      : ok("gateway", "store.journal", `the database's journal is small (${size})`);
  if (problem !== null && check !== "failed") return [cross("gateway", "store", `the database is damaged: ${problem}`, REPAIR), journal];
  if (check === "failed") return [notice("gateway", "store", `the database could not be checked: ${problem ?? "no reason was given"}`), journal];
  if (check === "ok") return [ok("gateway", "store", "every page of the database is sound"), journal];
  return [notice("gateway", "store", check === "running" ? `the database is being checked (${done} of ${total} tables), well so far` : "the database will be checked in a moment"), journal];
}

function mediaChecks({ gateway }: Pick<DoctorFacts, "gateway">): Check[] {
  if (gateway.kind !== "reachable" || !gateway.media) return [];
  const { kept, missing, strays } = gateway.media;
  const files = (count: number): string => (count === 1 ? "1 file" : `${count} files`);
  if (missing > 0) return [cross("gateway", "media", `${files(missing)} of ${kept} that came with messages cannot be found`, "Bring the directory continuo/media of the state directory back, or restore a backup: `continuo restore`. Their messages are there all the same.")];
  return [ok("gateway", "media", `${files(kept)} that came with messages ${kept === 1 ? "is there" : "are all there"}${strays === 0 ? "" : `; ${files(strays)} of messages that never came in ${strays === 1 ? "goes" : "go"} by itself`}`)];
}

function jobChecks({ gateway }: Pick<DoctorFacts, "gateway">): Check[] {
  if (gateway.kind !== "reachable") return [];
  const told = ({ name, id, times, lastError }: JobFacts): Check =>
    notice("gateway", `job.${id}`, `the job "${name}" failed ${times === 1 ? "when it ran last" : `${times} times in a row`}: ${lastError}`, `See \`continuo cron runs ${id}\`; \`continuo cron rm ${id}\` removes it.`);
  return (gateway.jobs ?? []).map(told);
}

function scopeCheck(at: AccountScope, global: boolean): Check {
  const name = at.account === "default" ? at.channel : `${at.channel} (${at.account})`;
  const id = `channel.${at.channel}.${at.account}`;
  if (global) return ok("channels", id, `${name}: shares the one session of everybody (session.scope is "global")`);
  if (at.unified) return ok("channels", id, `${name}: your messages share the main session${at.scope === "auto" ? ` (you are known by ${at.ownerBy === "people" ? "a pairing or a link that you approved" : at.ownerBy})` : ` (${at.setBy} is "main")`}`);
  if (at.scope === "auto") {
    const fix = `Name yourself: set channels.${at.channel}.allowFrom to your own id, or add "${at.channel}:<your id>" to session.owner. Or write to the bot and let yourself in: \`continuo pairing approve --me\`.`;
    return cross("channels", id, `${name}: nobody is known as the owner, so your messages there are a session of their own`, fix);
  }
  return cross("channels", id, `${name}: ${at.setBy} is "${at.scope}", so your messages there are a session of their own`, `Take ${at.setBy} out, or set it to "auto".`);
}

function globalScopeCheck({ session }: Config): Check {
  if (session.scope === "global") return notice("channels", "scope", "session.scope is \"global\": everybody who may write shares one session", "Take session.scope out unless you want that.");
  if (session.dmScope === "main") return ok("channels", "scope", "session.dmScope is \"main\": everybody's direct messages share the main session");
  if (session.dmScope === "auto") return ok("channels", "scope", "session.dmScope is \"auto\": you share one session, everybody else is apart");
  return cross("channels", "scope", `session.dmScope is "${session.dmScope}": one person's channels stay apart`, "Set session.dmScope to \"auto\", or take it out.");
}

function connectionChecks(gateway: GatewayFacts): Check[] {
  if (gateway.kind !== "reachable") return [];
  return gateway.channels
    .filter(({ state }) => state === "failed" || state === "retrying")
    .map(({ name, account, state, detail }) => {
      const id = `channel.${name}.${account}.connection`;
      const fix = state === "failed" ? "Correct it in the configuration, which is taken up at once; `continuo logs` has more." : "It tries again by itself; `continuo logs` has more.";
      return cross("channels", id, `${name}: ${state}${detail === null ? "" : `: ${detail}`}`, fix);
    });
}

function isLocal(baseUrl: string | undefined): boolean {
  return baseUrl !== undefined && /^https?:\/\/(localhost|127\.|\[::1\]|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|[^/.:]+(:|\/|$))/i.test(baseUrl);
}

function modelCheck(config: Config, env: DoctorFacts["env"], choice: string, used: string): Check {
  const provider = choice.split("/", 1)[0] ?? choice;
  const id = `model.${choice}`;
  if (provider === BUILT_IN) {
    const fix = "Set agents.defaults.model, for example \"anthropic/claude-sonnet-4-5\", and the provider's key.";
    return notice("model", id, `${used} uses the built-in ${choice}: it needs no key and recalls what was said, but it does not think`, fix);
  }
  const settings = config.models.providers[provider];
  if (!choice.includes("/")) return cross("model", id, `${used} uses ${choice}, which names no model`, "Write it as provider/model, for example \"anthropic/claude-sonnet-4-5\".");
  if (settings === undefined && KEY_VARIABLES[provider] === undefined) {
    return cross("model", id, `${used} uses ${choice}, but there is no provider ${provider}`, `Correct the name, or describe models.providers.${provider} with its baseUrl (docs/models.md).`);
  }
  const variables = KEY_VARIABLES[provider] ?? [`${provider.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_API_KEY`];
  const variable = variables.find((name) => (env[name] ?? "") !== "");
  if (settings?.apiKey !== undefined) return ok("model", id, `${used} uses ${choice}, with the key of models.providers.${provider}`);
  if (variable !== undefined) return ok("model", id, `${used} uses ${choice}, with the key of ${variable}`);
  if (isLocal(settings?.baseUrl)) return ok("model", id, `${used} uses ${choice} at ${settings?.baseUrl}, without a key`);
  return cross("model", id, `${used} uses ${choice}, but there is no key for ${provider} in the file or in this shell`, `Set ${variables[0]} or models.providers.${provider}.apiKey.`);
}

function modelChecks(config: Config, env: DoctorFacts["env"]): Check[] {
  const { defaults, list } = config.agents;
  const own = list.flatMap(({ id, model }) => (model === undefined ? [] : [{ used: `agent ${id}`, model }]));
  const usesDefault = list.length === 0 || own.length < list.length;
  const all = [...(usesDefault ? [{ used: "the agent", model: defaults.model }] : []), ...own];
  return all.flatMap(({ used, model }) => [
    modelCheck(config, env, model.primary, used),
    ...model.fallbacks.map((fallback) => modelCheck(config, env, fallback, `${used}'s fallback`)),
  ]);
}

/**
 * Is this install well, and is it one conversation? Pure: everything it judges is in `facts`.
 * A setup is unified when the owner's direct messages of every enabled channel share the main session (spec 2.3, A1).
 */
export function diagnose(facts: DoctorFacts): Diagnosis {
  const config = facts.config.kind === "valid" ? facts.config.config : null;
  const scopes = config === null ? [] : accountScopes(config, facts.owned);
  const global = config?.session.scope === "global";
  const noChannel = notice("channels", "none", "no channel is enabled: the page and the terminal share one conversation", "Add one under `channels`, for example telegram with its botToken.");
  const checks = [
    ...installChecks(facts),
    gatewayCheck(facts),
    ...storeChecks(facts),
    ...mediaChecks(facts),
    ...jobChecks(facts),
    ...(config === null
      ? []
      : [
          tokenCheck(config),
          globalScopeCheck(config),
          ...scopes.map((scope) => scopeCheck(scope, global)),
          ...(scopes.length === 0 ? [noChannel] : []),
          ...connectionChecks(facts.gateway),
          ...modelChecks(config, facts.env),
        ]),
  ];
  return { ok: checks.every(({ state }) => state !== "cross"), unified: config !== null && scopes.every(({ unified }) => unified), checks };
}
