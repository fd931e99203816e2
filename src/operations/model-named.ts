import { ContinuoError } from "../domain/errors.ts";
import type { Services } from "./services.ts";

/**
 * The `provider/model` that somebody named: whole, or by its id alone where one provider has it. Null: what is configured,
 * said with null, `default`, or its own name. Throws MODEL_UNKNOWN.
 */
export function modelNamed({ settings }: Pick<Services, "settings">, agentId: string, named: string | null): string | null {
  const configured = settings.agents().get(agentId).models;
  const word = named?.trim() ?? "default";
  if (word === "default" || word === configured[0]) return null;
  const known = [...new Set([...configured, ...settings.models().map(({ provider, id }) => `${provider}/${id}`)])];
  const found = known.filter((ref) => ref === word || ref.slice(ref.indexOf("/") + 1) === word);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only === configured[0] ? null : only;
  const why = found.length > 1 ? `There are several models called ${word}: ${found.join(", ")}.` : `There is no model ${word}.`;
  throw new ContinuoError("MODEL_UNKNOWN", why);
}
