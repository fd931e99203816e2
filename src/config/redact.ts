import { isObject, type ValuePath } from "./value-path.ts";

/** What stands for a secret in anything that leaves the process; editors send it back unchanged. */
export const REDACTED = "__OPENCLAW_REDACTED__";

const NAME = /^(token|password|passwd|secret|apikey|accesskey|privatekey|encryptkey|secretkey|signingkey|encodingaeskey|authorization|cookie|serviceaccount|credentials)$/i;
const ENDING = /(Token|Password|Secret|ApiKey|AccessKey|PrivateKey|EncryptKey|SecretKey|SigningKey|EncodingAESKey)$/;
const SNAKE = /(^|_)(token|password|secret|api_?key|private_?key)$/i;

function isSecretName(name: string): boolean {
  return NAME.test(name) || ENDING.test(name) || SNAKE.test(name);
}

/**
 * Whether what stands at the path, or above it, is a secret: by the setting's name, everything under
 * `env` (it holds keys of providers), request headers, and the database's URL, which carries a password.
 */
export function isSecretPath(path: ValuePath): boolean {
  if (path[0] === "env" && path.length > 1) return true;
  if (path[0] === "store" && path[1] === "url") return true;
  return path.some((segment, index) => (typeof segment === "string" && isSecretName(segment)) || (index > 0 && path[index - 1] === "headers"));
}

/** A copy in which every secret reads `__OPENCLAW_REDACTED__`; unset ones stay unset. */
export function redact(value: unknown, path: ValuePath = []): unknown {
  if (value === undefined || value === null) return value;
  if (isSecretPath(path) && typeof value !== "boolean") return REDACTED;
  if (Array.isArray(value)) return value.map((item, index) => redact(item, [...path, index]));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, [...path, key])]));
}
