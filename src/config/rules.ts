import type { ChannelConfig, Config } from "./schema.ts";
import { FOREIGN_SECTIONS } from "./schema.ts";
import { ACCESS_KEYS } from "./schema/channels.ts";
import { MODEL_APIS } from "./schema/models.ts";
import { problem, type ConfigProblem } from "./problems.ts";
import { nearest } from "./suggest.ts";
import { formatPath, type ValuePath } from "./value-path.ts";

export interface Findings {
  readonly problems: readonly ConfigProblem[];
  /** Lines for the log: the gateway starts all the same. */
  readonly warnings: readonly string[];
}

const NONE: Findings = { problems: [], warnings: [] };

function merge(all: readonly Findings[]): Findings {
  return { problems: all.flatMap(({ problems }) => problems), warnings: all.flatMap(({ warnings }) => warnings) };
}

type Policies = Pick<ChannelConfig, "enabled" | "dmPolicy" | "allowFrom">;

/** Spec 1.5: an allowlist nobody is on; an open door that OpenClaw would want spelled out. */
function directPolicy(path: ValuePath, own: Policies, inherited: Policies): Findings {
  if ((own.enabled ?? inherited.enabled) === false) return NONE;
  const policy = own.dmPolicy ?? inherited.dmPolicy;
  const allowFrom = (own.allowFrom ?? inherited.allowFrom ?? []).filter((id) => id !== "");
  const at = formatPath(path);
  if (policy === "allowlist" && allowFrom.length === 0) {
    const what = `${at}.dmPolicy="allowlist" requires ${at}.allowFrom to contain at least one sender ID`;
    return { problems: [problem([...path, "allowFrom"], what, 'add an id, or use "pairing", which tells strangers their id')], warnings: [] };
  }
  if (policy === "open" && !allowFrom.includes("*")) {
    return { problems: [], warnings: [`${at}.dmPolicy="open" requires ${at}.allowFrom to include "*"; it is read as open to everybody. Fix: add "*" and name yourself in session.owner, or use "pairing".`] };
  }
  return NONE;
}

/** Unknown keys pass under `channels`, but one that nearly spells a policy would quietly open or close a door. */
function misspelt(path: ValuePath, value: object): Findings {
  const warnings = Object.keys(value)
    .filter((key) => key.length > 5 && !ACCESS_KEYS.includes(key))
    .flatMap((key) => {
      const near = nearest(key, ACCESS_KEYS);
      const close = near !== null && Math.abs(near.length - key.length) <= 1 && near[0]?.toLowerCase() === key[0]?.toLowerCase();
      return close ? [`${formatPath([...path, key])}: unknown setting, not used. Fix: did you mean "${near}".`] : [];
    });
  return { problems: [], warnings };
}

const TELEGRAM_ID = /^(?:telegram:)?-?\d+$|^\*$/i;

/** A name of Telegram's can be given up and taken by somebody else; only ids are compared. */
function namesForIds(path: ValuePath, own: Pick<ChannelConfig, "allowFrom" | "groupAllowFrom">): Findings {
  const warnings = (["allowFrom", "groupAllowFrom"] as const).flatMap((key) =>
    (own[key] ?? [])
      .filter((id) => id !== "" && !TELEGRAM_ID.test(id))
      .map((id) => `${formatPath([...path, key])}: ${JSON.stringify(id)} is not a Telegram id, and lets nobody in. Fix: put the number there; the bot tells it to whoever writes to it.`),
  );
  return { problems: [], warnings };
}

function channelRules(name: string, channel: ChannelConfig): Findings {
  const path = ["channels", name];
  const accounts = Object.entries(channel.accounts ?? {}).map(([id, account]) => ({ account, path: [...path, "accounts", id] }));
  const whole = accounts.length === 0 || channel.botToken !== undefined || channel.token !== undefined || channel.dmPolicy === "open";
  return merge([
    misspelt(path, channel),
    ...(name === "telegram" ? [namesForIds(path, channel), ...accounts.map(({ account, path: at }) => namesForIds(at, account))] : []),
    whole ? directPolicy(path, channel, channel) : NONE,
    ...accounts.flatMap(({ account, path: at }) => [misspelt(at, account), directPolicy(at, account, channel)]),
  ]);
}

/** Spec 1.8, in its words; only asked of hooks that are switched on. */
function hookRules({ hooks }: Config): Findings {
  if (!hooks.enabled) return NONE;
  const problems: ConfigProblem[] = [];
  const prefixes = hooks.allowedSessionKeyPrefixes ?? [];
  const path = hooks.path.trim().replace(/\/+$/, "");
  if (hooks.token === undefined) problems.push(problem(["hooks", "token"], "hooks.enabled requires hooks.token", "set a long random token"));
  if (path === "") problems.push(problem(["hooks", "path"], "hooks.path may not be '/'", 'use "/hooks"'));
  if (prefixes.length > 0) {
    const key = hooks.defaultSessionKey;
    if (key === undefined && !prefixes.some((prefix) => "hook:".startsWith(prefix))) {
      problems.push(problem(["hooks", "allowedSessionKeyPrefixes"], "hooks.allowedSessionKeyPrefixes must include 'hook:' when hooks.defaultSessionKey is unset", 'add "hook:"'));
    } else if (key !== undefined && !prefixes.some((prefix) => key.startsWith(prefix))) {
      problems.push(problem(["hooks", "defaultSessionKey"], "hooks.defaultSessionKey must match hooks.allowedSessionKeyPrefixes", "add its prefix, or choose another key"));
    }
  }
  return { problems, warnings: [] };
}

const NOT_USED = ["failureAlert", "failureDestination"] as const;

/** What OpenClaw's schedule knows and this one does not must not look as if it were in force. */
function cronRules({ cron }: Config): Findings {
  const warnings = NOT_USED.filter((key) => cron[key] !== undefined).map((key) => `cron.${key}: not used by this version; nobody is told of a failed job by it. Fix: take it out, and look at \`continuo cron list\`, or give the job a webhook.`);
  return { problems: [], warnings };
}

function agentRules({ agents }: Config): Findings {
  const ids = agents.list.map(({ id }) => id);
  const problems = ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    return first === index ? [] : [problem(["agents", "list", index, "id"], `"${id}" is the same agent as agents.list[${first}]`, "give each agent an id of its own")];
  });
  return { problems, warnings: [] };
}

function bindingRules({ agents, bindings }: Config): Findings {
  const ids = agents.list.length === 0 ? ["main"] : agents.list.map(({ id }) => id);
  const warnings = bindings.flatMap(({ agentId }, index) =>
    agents.list.length === 0 || ids.includes(agentId)
      ? []
      : [`bindings[${index}].agentId: there is no agent "${agentId}"; the default agent answers. Fix: add it to agents.list, or use one of ${ids.join(", ")}.`],
  );
  return { problems: [], warnings };
}

function modelRules({ models }: Config): Findings {
  const warnings = Object.entries(models.providers).flatMap(([id, { api }]) =>
    api === undefined || MODEL_APIS.includes(api)
      ? []
      : [`${formatPath(["models", "providers", id, "api"])}: "${api}" is not spoken by this version; its models cannot be used. Fix: use one of ${MODEL_APIS.join(", ")}.`],
  );
  return { problems: [], warnings };
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "iu") instanceof RegExp;
  } catch {
    // That it cannot be read is the answer.
    return false;
  }
}

function messageRules({ messages }: Config): Findings {
  const problems = messages.groupChat.mentionPatterns.flatMap((text, index) =>
    isPattern(text) ? [] : [problem(["messages", "groupChat", "mentionPatterns", index], `${JSON.stringify(text)} is not a regular expression`, "write a backslash before characters that stand for themselves")],
  );
  return { problems, warnings: [] };
}

function sectionRules(config: Config, known: readonly string[]): Findings {
  const warnings = Object.keys(config)
    .filter((key) => !known.includes(key) && !FOREIGN_SECTIONS.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      const fix = near === null ? "take it out, if it was meant for Continuo" : `did you mean "${near}"`;
      return `${formatPath([key])}: unknown section, not used. Fix: ${fix}.`;
    });
  return { problems: [], warnings };
}

/** What one field alone cannot tell. `sections` are the top-level names that the schema knows. */
export function checkRules(config: Config, sections: readonly string[]): Findings {
  return merge([
    sectionRules(config, sections),
    ...Object.entries(config.channels).map(([name, channel]) => (channel === undefined ? NONE : channelRules(name, channel))),
    agentRules(config),
    cronRules(config),
    bindingRules(config),
    modelRules(config),
    messageRules(config),
    hookRules(config),
  ]);
}
