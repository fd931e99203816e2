import { DEFAULT_WORD } from "../../agent/model-names.ts";
import { chooseModel } from "../../sessions/choices.ts";
import { findSession } from "../../store/statements/find-session.ts";
import { shown, type Answer, type Asked, type CommandParts } from "./asked.ts";

/** As many as a chat can show. */
const MOST_LISTED = 40;

/** The agent's own model, where nothing is chosen. */
export function defaultModel(parts: CommandParts, { turn }: Pick<Asked, "turn">): string {
  return parts.settings.agents().get(turn.agentId).models[0] ?? "";
}

/** Keeps a choice for this session; choosing the agent's own model is no choice. */
async function keep(parts: CommandParts, { turn }: Asked, ref: string | null): Promise<void> {
  await parts.store.transaction((tx) => chooseModel(tx, turn.sessionKey, ref), turn.sessionKey);
}

/** `/model`, `/model X`, `/model default` (spec 4.6). */
export const model: Answer = async (parts, asked) => {
  const { say, turn } = asked;
  const word = asked.rest.trim();
  const fallback = defaultModel(parts, asked);
  if (word === "" || word.toLowerCase() === "status") {
    const chosen = (await parts.store.get(findSession, { key: turn.sessionKey }))?.model_override;
    return say("model.current", { model: chosen ?? fallback, fallback });
  }
  const named = word.toLowerCase() === DEFAULT_WORD ? ({ kind: "found", ref: fallback, alias: null } as const) : parts.models.find(word);
  switch (named.kind) {
    case "unknown":
      return say("model.unknown", { model: shown(word) });
    case "several":
      return say("model.ambiguous", { model: shown(word), options: named.refs.join(", ") });
    case "unusable":
      return say("model.unusable", { model: shown(named.ref), why: named.why });
    case "found":
      break;
  }
  const { ref, alias } = named;
  await keep(parts, asked, ref === fallback ? null : ref);
  if (ref === fallback) return say("model.reset", { model: ref });
  return alias === null ? say("model.set", { model: ref }) : say("model.set-alias", { alias, model: ref });
};

/** `/models`, `/models <provider>`: what could be asked as things stand. */
export const models: Answer = async (parts, { rest, say }) => {
  const provider = rest.trim().toLowerCase();
  const listed = parts.models.list().filter((one) => provider === "" || one.provider.toLowerCase() === provider);
  if (listed.length === 0) return provider === "" ? say("models.none") : say("model.unknown", { model: shown(provider) });
  const lines = listed.slice(0, MOST_LISTED).map((one) => `- \`${one.provider}/${one.id}\``);
  const more = listed.length > MOST_LISTED ? [say("models.more", { count: listed.length - MOST_LISTED })] : [];
  return [say("models.title", { count: listed.length }), ...lines, ...more, say("models.switch")].join("\n");
};
