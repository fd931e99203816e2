/** What stands for a secret in a log. */
export const HIDDEN = "‹redacted›";

/** A shorter value would hide ordinary words; such a secret is still hidden by its field's name. */
const LEAST_SECRET = 6;
const DEEPEST = 8;
/** More parts than this are no log line; it bounds what one costs. */
const MOST_PARTS = 2_000;

const SECRET_NAME = /(token|secrets?|passwords?|passwd|passphrase|pwd|apikeys?|authorization|cookies?|credentials?|privatekey|accesskey|encryptkey|signingkey|encodingaeskey)$/;

/** Secrets that are known by their look, wherever they stand; `$1` of a pattern stays. */
const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/(?<!\d)\d{6,12}:[\w-]{30,}/g, HIDDEN], // Telegram bot token
  [/(?<![\w-])(?:sk|pk|rk)-[\w-]{16,}/g, HIDDEN], // OpenAI, Anthropic and their like
  [/(?<![\w-])xox[a-z]-[\w-]{10,}|(?<![\w-])xapp-[\w-]{10,}/g, HIDDEN], // Slack
  [/(?<![\w-])AIza[\w-]{30,}/g, HIDDEN], // Google
  [/\b(Bearer|Basic|Bot)\s+[\w.~+/=-]{12,}/gi, `$1 ${HIDDEN}`],
  [/([?&#](?:[\w-]*(?:token|api_?key|secret|password)|key)=)[^&#\s"'<>]+/gi, `$1${HIDDEN}`],
  [/(\b[a-z][a-z\d+.-]{0,30}:\/\/[^\s/:@"']*:)[^\s/@"']+@/gi, `$1${HIDDEN}@`], // a password in a URL
];

export interface Redaction {
  /** Masks known values and known looks in a text. */
  text(value: string): string;
  /** A copy of `fields`, safe to write: secret fields masked at any depth, errors as plain objects. */
  fields(value: object): Record<string, unknown>;
  /** Replaces the known secret values, after the configuration was loaded again. */
  setSecrets(secrets: readonly string[]): void;
}

/** Whether a field of this name holds a secret: `botToken`, `API_KEY`, `x-api-key`; but not `totalTokens`. */
export function isSecretField(name: string): boolean {
  return SECRET_NAME.test(name.replace(/[-_.\s]/g, "").toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function patternOf(secrets: readonly string[]): RegExp | null {
  const known = [...new Set(secrets)].filter((secret) => secret.length >= LEAST_SECRET).sort((a, b) => b.length - a.length);
  return known.length === 0 ? null : new RegExp(known.map(escaped).join("|"), "g");
}

/**
 * Keeps secrets out of the log by the names of fields, by known values and by their look. Values are masked inside
 * strings before they are serialised, so that a line stays valid JSON whatever the secret is made of.
 */
export function createRedaction(secrets: readonly string[]): Redaction {
  let known = patternOf(secrets);

  const text = (value: string): string => {
    let out = known === null ? value : value.replace(known, HIDDEN);
    for (const [look, replacement] of LOOKS) out = out.replace(look, replacement);
    return out;
  };

  return {
    text,
    fields(value) {
      const walk: Walk = { text, left: MOST_PARTS, path: new Set() };
      const copy = copyOf(value, walk, 0);
      return typeof copy === "object" && copy !== null && !Array.isArray(copy) ? (copy as Record<string, unknown>) : { fields: copy };
    },
    setSecrets(next) {
      known = patternOf(next);
    },
  };
}

interface Walk {
  readonly text: (value: string) => string;
  left: number;
  readonly path: Set<object>;
}

function copyOf(value: unknown, walk: Walk, depth: number): unknown {
  if (typeof value === "string") return walk.text(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "function" || typeof value === "symbol") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (walk.path.has(value)) return "[circular]";
  if (depth > DEEPEST || walk.left-- <= 0) return "[more]";
  walk.path.add(value);
  try {
    return copyObject(value, walk, depth);
  } catch {
    return "[unreadable]"; // A getter or toJSON of somebody else's object threw: a log line never takes its caller down.
  } finally {
    walk.path.delete(value);
  }
}

function copyObject(value: object, walk: Walk, depth: number): unknown {
  if (value instanceof Error) return copyError(value, walk, depth);
  if (Array.isArray(value) || value instanceof Set) return copyList(value, walk, depth);
  if (value instanceof Map) return copyEntries(value.entries(), walk, depth);
  if ("toJSON" in value && typeof value.toJSON === "function") return copyOf(value.toJSON(), walk, depth + 1);
  return copyEntries(Object.entries(value), walk, depth);
}

function copyList(items: Iterable<unknown>, walk: Walk, depth: number): unknown[] {
  const copy: unknown[] = [];
  for (const item of items) {
    if (walk.left-- <= 0) return [...copy, "[more]"];
    copy.push(copyOf(item, walk, depth + 1));
  }
  return copy;
}

function copyEntries(entries: Iterable<readonly [unknown, unknown]>, walk: Walk, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  let width = 0;
  for (const [key, item] of entries) {
    const name = String(key);
    if (name === "__proto__") continue;
    // A long first field does not swallow the line's other fields.
    const isFull = depth === 0 ? ++width > MOST_PARTS : walk.left-- <= 0;
    if (isFull) return { ...copy, "[more]": true };
    const said = item !== null && item !== undefined && item !== "" && typeof item !== "boolean";
    copy[walk.text(name)] = said && isSecretField(name) ? HIDDEN : copyOf(item, walk, depth + 1);
  }
  return copy;
}

/** What an error carries besides its words (`code`, `fields`, a failed request) is walked like everything else. */
function copyError(error: Error, walk: Walk, depth: number): unknown {
  const copy = {
    type: error.name,
    message: walk.text(error.message),
    ...copyEntries(Object.entries(error), walk, depth),
    stack: error.stack === undefined ? undefined : walk.text(error.stack),
  };
  if (error.cause === undefined) return copy;
  return { ...copy, cause: copyOf(error.cause, walk, depth + 1) };
}
